// Signing in and out. The engine and the uploader work for the account that is signed in.
import { reactive } from 'vue'
import { dropSetting, readSession, readSetting, writeSession, writeSetting } from './device'
import { newSecret, requestJson } from './net'

/** What the app knows of who sits here. */
export const session = reactive({
  status: 'loading' as 'loading' | 'signedOut' | 'signedIn',
  account: '',
  person: '',
  name: '',
  /** The server no longer takes this device's word: sign in again; unsent work stays. */
  expired: false,
})

interface SessionAnswer {
  device: string
  access: string
  expires_in_s: number
  me: { account: string; person: string; name: string }
}

/** Restores the session of the last visit, without the network. */
export async function restoreSession(): Promise<void> {
  const stored = await readSession()
  if (stored) take(stored)
  else session.status = 'signedOut'
}

function take(who: { account: string; person: string; name: string }): void {
  Object.assign(session, { account: who.account, person: who.person, name: who.name })
  session.status = 'signedIn'
  session.expired = false
}

/** A name by which people recognise this device in their list. */
function deviceName(): string {
  const agent = navigator.userAgent
  const system = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac', 'Linux'].find((name) => agent.includes(name))
  return system ?? 'Web'
}

/** The first refresh secret is on disk before it is sent; a repeated try sends the same one. */
async function start(path: string, body: Record<string, unknown>): Promise<void> {
  const next = (await readSetting<string>('firstSecret')) ?? newSecret()
  await writeSetting('firstSecret', next)
  const answer = await requestJson<SessionAnswer>(path, {
    method: 'POST',
    signed: false,
    body: { ...body, next, device_name: deviceName() },
  })
  const { account, person, name } = answer.me
  await writeSession({
    account,
    person,
    name,
    device: answer.device,
    current: next,
    access: answer.access,
    accessUntil: Date.now() + answer.expires_in_s * 1000,
  })
  await dropSetting('firstSecret')
  await writeSetting('device', answer.device)
  take(answer.me)
}

/** Signs in with number and password. */
export async function signIn(number: string, password: string): Promise<void> {
  await start('/sessions', { number: number.trim(), password, device: (await readSetting<string>('device')) ?? null })
}

/** Uses a one-time code, sets the password, and signs in. */
export async function activate(number: string, code: string, password: string): Promise<void> {
  await start('/activations', { number: number.trim(), code: code.trim(), password })
}

/** Forgets the session on this phone; the caller has sealed or removed the account's data before. */
export async function forgetSession(): Promise<void> {
  await dropSetting('session')
  Object.assign(session, { account: '', person: '', name: '', status: 'signedOut', expired: false })
}
