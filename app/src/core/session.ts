// Signing in and out. The engine and the uploads work for the account that is signed in.
import { reactive } from 'vue'
import { dropSetting, readSession, readSetting, writeSession, writeSetting } from './device'
import { newSecret, requestJson } from './net'
import type { Me } from './views'
import type { Activate, Session, SignIn } from './wasm/miaopu_wasm'

/** What the app knows of who sits here. */
export const session = reactive({
  status: 'loading' as 'loading' | 'signedOut' | 'signedIn',
  account: '',
  /** The server no longer takes this device's word: sign in again; unsent work stays. */
  expired: false,
})

function take(account: string): void {
  Object.assign(session, { account, status: 'signedIn', expired: false })
}

/** Restores the session of the last visit, without the network. */
export async function restoreSession(): Promise<void> {
  const stored = await readSession()
  if (stored) take(stored.account)
  else session.status = 'signedOut'
}

/** A name by which people recognise this device in their list. */
function deviceName(): string {
  const agent = navigator.userAgent
  return ['iPhone', 'iPad', 'Android', 'Windows', 'Mac', 'Linux'].find((name) => agent.includes(name)) ?? 'Web'
}

/** The first refresh secret is on disk before it is sent; a repeated try sends the same one. */
async function firstSecret(): Promise<string> {
  const next = (await readSetting<string>('firstSecret')) ?? newSecret()
  await writeSetting('firstSecret', next)
  return next
}

async function start(path: string, body: SignIn | Activate): Promise<Me> {
  const answer = await requestJson<Session>(path, { method: 'POST', signed: false, body })
  const { device, access, expires_in_s, me } = answer
  await writeSession({
    account: me.account,
    device,
    current: body.next,
    access,
    accessUntil: Date.now() + expires_in_s * 1000,
  })
  await dropSetting('firstSecret')
  await writeSetting('device', device)
  take(me.account)
  return me
}

/** Signs in with number and password. */
export async function signIn(number: string, password: string): Promise<Me> {
  const device = await readSetting<string>('device')
  return start('/sessions', {
    number: number.trim(),
    password,
    next: await firstSecret(),
    device_name: deviceName(),
    ...(device && { device }),
  })
}

/** Uses a one-time code, sets the password, and signs in. */
export async function activate(number: string, code: string, password: string): Promise<Me> {
  return start('/activations', {
    number: number.trim(),
    code: code.trim(),
    password,
    next: await firstSecret(),
    device_name: deviceName(),
  })
}

/** Forgets the session on this phone; the caller has sealed or removed the account's data before. */
export async function forgetSession(): Promise<void> {
  await dropSetting('session')
  Object.assign(session, { account: '', status: 'signedOut', expired: false })
}
