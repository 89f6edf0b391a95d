// One IndexedDB database per account. `row` holds what the sync engine keeps, grouped by its own store names; `media`
// holds what this phone knows of the bytes it took, `picture` small pictures to show offline. Originals lie in OPFS.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Command, MediaKind } from './views'

/** How far one file has come on its way to the server. */
export interface Transfer {
  state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** Address of the upload, kept so that it goes on after the page was killed. */
  url?: string
  sentBytes: number
  /** Failed tries in a row. */
  tries: number
  /** Code of the problem that stopped it. */
  problem?: string
}

export interface LocalMedia {
  id: string
  entry: string
  kind: MediaKind
  name: string
  mime: string
  sizeBytes: number
  sha256: string
  addedAt: number
  original: Transfer
  /** The command that adds it to its entry, until it was given. */
  unnamed?: Command
  /** The small picture, sent first. A voice has none. */
  sketch?: { bytes: ArrayBuffer; sizeBytes: number; sha256: string; transfer: Transfer }
}

/** A change of the engine's rows; without `value` the row goes. */
export interface RowChange {
  store: string
  key: string
  value?: string
}

interface AccountSchema extends DBSchema {
  row: { key: [store: string, key: string]; value: { store: string; key: string; value: string } }
  media: { key: string; value: LocalMedia; indexes: { entry: string } }
  picture: { key: string; value: { id: string; mime: string; bytes: ArrayBuffer } }
}

export type AccountDatabase = IDBPDatabase<AccountSchema>

const nameOf = (account: string) => `miaopu-${account}`

/** Opens the account's database, making it where it is missing. */
export function openAccount(account: string): Promise<AccountDatabase> {
  return openDB<AccountSchema>(nameOf(account), 1, {
    upgrade(db) {
      db.createObjectStore('row', { keyPath: ['store', 'key'] })
      db.createObjectStore('media', { keyPath: 'id' }).createIndex('entry', 'entry')
      db.createObjectStore('picture', { keyPath: 'id' })
    },
  })
}

/** Writes all changes or none, and is on disk when the promise resolves. */
export async function applyRows(db: AccountDatabase, changes: readonly RowChange[]): Promise<void> {
  const tx = db.transaction('row', 'readwrite', { durability: 'strict' })
  const aborted = tx.done.catch((failure: unknown) => failure)
  try {
    for (const { store, key, value } of changes) {
      const request = value === undefined ? tx.store.delete([store, key]) : tx.store.put({ store, key, value })
      request.catch(() => {}) // the transaction tells
    }
  } catch (failure) {
    // A value that cannot be cloned throws before the browser knows of a failure: it would commit the rest.
    tx.abort()
    await aborted
    throw failure
  }
  await tx.done
}

/** Every row of the engine, in the order of store and key. */
export async function allRows(db: AccountDatabase): Promise<{ store: string; key: string; value: string }[]> {
  return db.getAll('row')
}

/** Writes one media row; on disk when the promise resolves. */
export async function putMedia(db: AccountDatabase, media: LocalMedia): Promise<void> {
  const tx = db.transaction('media', 'readwrite', { durability: 'strict' })
  await Promise.all([tx.store.put(media), tx.done])
}
