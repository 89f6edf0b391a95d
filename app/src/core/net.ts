// Every small request the app makes, each with a deadline. Used by the page and by the engine's worker.
import { readSession, type StoredSession, writeSession } from './device'
import { ProblemError, problemOf, Unreachable } from './problem'
import type { Refresh, Session } from './wasm/miaopu_wasm'

/** Text requests are small: a server that needs longer will not answer. */
const DEADLINE_MS = 20_000
/** A token this close to its end is renewed first. */
const MARGIN_MS = 60_000
const SECRET_BYTES = 32
const UNAUTHORISED = 401
export const API = '/api/v1'

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON; a string is JSON already. */
  body?: unknown
  deadlineMs?: number
  /** `false` for signing in. */
  signed?: boolean
}

/** The page's language, in which the server words its problems; the worker has no page and shows none of them. */
function language(): string {
  const { document: page } = globalThis as { document?: { documentElement: { lang: string } } }
  return page?.documentElement.lang ?? ''
}

async function send(path: string, ask: Ask, token: string | undefined): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  if (ask.body !== undefined) headers.set('content-type', 'application/json')
  if (language()) headers.set('accept-language', language())
  if (token) headers.set('authorization', `Bearer ${token}`)
  const init: RequestInit = {
    method: ask.method ?? 'GET',
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(ask.deadlineMs ?? DEADLINE_MS),
  }
  if (ask.body !== undefined) init.body = typeof ask.body === 'string' ? ask.body : JSON.stringify(ask.body)
  try {
    return await fetch(API + path, init)
  } catch (failure) {
    throw new Unreachable(String(failure))
  }
}

async function refusal(response: Response): Promise<Error> {
  const body = await response.text().catch(() => '')
  return problemOf(response.status, body, response.headers.get('retry-after'))
}

/** Sends a request; fails with `ProblemError` or `Unreachable`. A refused token is renewed once. */
export async function request(path: string, ask: Ask = {}): Promise<Response> {
  const signed = ask.signed ?? true
  let response = await send(path, ask, signed ? await accessToken() : undefined)
  if (signed && response.status === UNAUTHORISED) response = await send(path, ask, await accessToken(true))
  if (!response.ok) throw await refusal(response)
  return response
}

/** Sends a request and reads its answer as text. */
export async function requestText(path: string, ask: Ask = {}): Promise<string> {
  const response = await request(path, ask)
  try {
    return await response.text()
  } catch (failure) {
    throw new Unreachable(String(failure))
  }
}

/** Sends a request and reads the JSON of its answer. */
export async function requestJson<T>(path: string, ask: Ask = {}): Promise<T> {
  const body = await requestText(path, ask)
  try {
    return JSON.parse(body) as T
  } catch (failure) {
    throw new Unreachable(String(failure))
  }
}

/** A refresh secret: 64 hex digits. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A token that is good for a while, renewed where needed. One page or worker renews at a time. */
export async function accessToken(renew = false): Promise<string> {
  const known = await readSession()
  if (known && !renew && isFresh(known)) return known.access
  return navigator.locks.request('session', async () => {
    const session = await readSession()
    if (!session) throw new ProblemError('signed_out', '', UNAUTHORISED)
    const renewed = session.access !== known?.access
    return isFresh(session) && (renewed || !renew) ? session.access : refresh(session)
  })
}

const isFresh = (session: StoredSession) => session.accessUntil > Date.now() + MARGIN_MS

/** The next secret is stored before it is sent: a lost answer is repaired by sending the same pair again. */
async function refresh(session: StoredSession): Promise<string> {
  const next = session.next ?? newSecret()
  if (!session.next) await writeSession({ ...session, next })
  const body: Refresh = { device: session.device, current: session.current, next }
  const response = await send('/sessions/refresh', { method: 'POST', body }, undefined)
  if (!response.ok) throw await refusal(response)
  const { access, expires_in_s } = (await response.json()) as Session
  const { next: _used, ...rest } = session
  await writeSession({ ...rest, current: next, access, accessUntil: Date.now() + expires_in_s * 1000 })
  return access
}
