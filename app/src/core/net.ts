// Every request the app makes, each with a deadline. Used by the page and by the engine's worker.
import { readSession, type StoredSession, writeSession } from './device'

/** The server answered with a problem; `code` is of the wire's one list. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: Record<string, string> = {},
    readonly requestId = '',
  ) {
    super(message)
  }
}

/** No answer arrived in time: no signal, a proxy's page, or a server that is away. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** Text requests are small: a server that needs longer will not answer. */
const DEADLINE_MS = 20_000
/** A token this close to its end is renewed first. */
const MARGIN_MS = 60_000
const SECRET_BYTES = 32
const API = '/api/v1'

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON; a string is sent as it stands. */
  body?: unknown
  deadlineMs?: number
  /** `false` for signing in. */
  signed?: boolean
}

async function send(path: string, ask: Ask, token: string | undefined): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  if (ask.body !== undefined) headers.set('content-type', 'application/json')
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

async function problemOf(response: Response): Promise<ProblemError | Unreachable> {
  const body = (await response.json().catch(() => undefined)) as
    | { code?: string; message?: string; detail?: Record<string, string>; request_id?: string }
    | undefined
  // A proxy or a hotel's login page speaks for itself, not for the server.
  if (!body?.code) return new Unreachable(`status ${response.status} without a problem`)
  return new ProblemError(response.status, body.code, body.message ?? '', body.detail, body.request_id)
}

/** Sends a request; fails with `ProblemError` or `Unreachable`. A refused token is renewed once. */
export async function request(path: string, ask: Ask = {}): Promise<Response> {
  const signed = ask.signed ?? true
  let response = await send(path, ask, signed ? await accessToken() : undefined)
  if (signed && response.status === 401) response = await send(path, ask, await accessToken(true))
  if (!response.ok) throw await problemOf(response)
  return response
}

/** Sends a request and reads the JSON of its answer. */
export async function requestJson<T>(path: string, ask: Ask = {}): Promise<T> {
  const response = await request(path, ask)
  try {
    return (await response.json()) as T
  } catch (failure) {
    throw new Unreachable(String(failure))
  }
}

/** A refresh secret: 64 hex digits. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A token that is good for a while, renewed where needed. One context renews at a time. */
export async function accessToken(renew = false): Promise<string> {
  const known = await readSession()
  if (known && !renew && isFresh(known)) return known.access
  return navigator.locks.request('session', async () => {
    const session = await readSession()
    if (!session) throw new ProblemError(401, 'signed_out', '')
    const changed = session.access !== known?.access
    return isFresh(session) && (changed || !renew) ? session.access : refresh(session)
  })
}

const isFresh = (session: StoredSession) => session.accessUntil > Date.now() + MARGIN_MS

/** The next secret is stored before it is sent: a lost answer is repaired by sending the same pair again. */
async function refresh(session: StoredSession): Promise<string> {
  const next = session.next ?? newSecret()
  if (!session.next) await writeSession({ ...session, next })
  const response = await send(
    '/sessions/refresh',
    { method: 'POST', body: { device: session.device, current: session.current, next } },
    undefined,
  )
  if (!response.ok) throw await problemOf(response)
  const { access, expires_in_s } = (await response.json()) as { access: string; expires_in_s: number }
  const { next: _used, ...rest } = session
  await writeSession({ ...rest, current: next, access, accessUntil: Date.now() + expires_in_s * 1000 })
  return access
}
