// What belongs to this installation and to no account: language, look, and which accounts were used here.
import { Database } from './database'

type DeviceStores = { setting: unknown }

let opened: Promise<Database<DeviceStores>> | undefined

function database(): Promise<Database<DeviceStores>> {
  opened ??= Database.open<DeviceStores>('miaopu', (db) => {
    db.createObjectStore('setting')
  })
  return opened
}

/** Reads a setting; `undefined` where it was never written. */
export async function readSetting<T>(name: string): Promise<T | undefined> {
  return (await (await database()).get('setting', name)) as T | undefined
}

/** Writes a setting; on disk when the promise resolves. */
export async function writeSetting(name: string, value: unknown): Promise<void> {
  await (await database()).put('setting', value, name)
}

/** Removes a setting. */
export async function dropSetting(name: string): Promise<void> {
  await (await database()).delete('setting', name)
}

/** Who is signed in here. Secrets never leave this database but to the server. */
export interface StoredSession {
  account: string
  device: string
  /** The refresh secret in force. */
  current: string
  /** The one to follow, while the server's answer is not here. */
  next?: string
  access: string
  /** When the access token ends, in ms by this phone's clock. */
  accessUntil: number
}

/** The session in force on this device. */
export const readSession = (): Promise<StoredSession | undefined> => readSetting<StoredSession>('session')

/** Replaces the session; on disk when the promise resolves. */
export const writeSession = (session: StoredSession): Promise<void> => writeSetting('session', session)
