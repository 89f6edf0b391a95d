// Requests, and the refresh of access that a lost answer must not break.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readSession, writeSession } from '@/core/device'
import { accessToken, requestJson } from '@/core/net'
import { ProblemError, Unreachable } from '@/core/problem'

const expired = { account: 'a', device: 'd', current: 'first', access: 'old', accessUntil: 0 }

/** What the server was asked, in order. */
let asked: { path: string; body: Record<string, string>; stored: string | undefined }[]
let answers: (() => Response | Promise<Response>)[]

const session = () => Response.json({ device: 'd', access: 'new', expires_in_s: 900 })

beforeEach(async () => {
  asked = []
  answers = []
  await writeSession(expired)
  vi.stubGlobal('navigator', { locks: { request: (_name: string, work: () => unknown) => work() } })
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const body = init.body ? JSON.parse(String(init.body)) : {}
    asked.push({ path, body, stored: (await readSession())?.next })
    const answer = answers.shift()
    if (!answer) throw new TypeError('no network')
    return answer()
  })
})
afterEach(() => vi.unstubAllGlobals())

test('the next secret is on disk before it is sent, and in force after the answer', async () => {
  answers.push(session)
  expect(await accessToken()).toBe('new')
  expect(asked[0]?.body.current).toBe('first')
  expect(asked[0]?.stored).toBe(asked[0]?.body.next)
  const after = await readSession()
  expect(after?.current).toBe(asked[0]?.body.next)
  expect(after?.next).toBeUndefined()
})

test('after a lost answer the same pair of secrets is sent again', async () => {
  await expect(accessToken()).rejects.toBeInstanceOf(Unreachable)
  answers.push(session)
  await accessToken()
  expect(asked[1]?.body).toEqual(asked[0]?.body)
})

test('a token that is still good is not renewed', async () => {
  await writeSession({ ...expired, access: 'good', accessUntil: Date.now() + 900_000 })
  expect(await accessToken()).toBe('good')
  expect(asked).toEqual([])
})

test('a refused token is renewed once and the request sent again', async () => {
  await writeSession({ ...expired, access: 'stale', accessUntil: Date.now() + 900_000 })
  answers.push(
    () => new Response('', { status: 401 }),
    session,
    () => Response.json({ ok: 1 }),
  )
  expect(await requestJson('/me')).toEqual({ ok: 1 })
  expect(asked.map(({ path }) => path)).toEqual(['/api/v1/me', '/api/v1/sessions/refresh', '/api/v1/me'])
})

test('a problem keeps its code; a page of somebody else is no answer', async () => {
  await writeSession({ ...expired, accessUntil: Date.now() + 900_000 })
  answers.push(() => Response.json({ code: 'not_found', message: '没有找到' }, { status: 404 }))
  await expect(requestJson('/me')).rejects.toMatchObject({ code: 'not_found', message: '没有找到' })
  answers.push(() => new Response('<html>hotel</html>', { status: 503 }))
  await expect(requestJson('/me')).rejects.toBeInstanceOf(Unreachable)
  answers.push(() => new Response('<html>hotel</html>'))
  await expect(requestJson('/me')).rejects.not.toBeInstanceOf(ProblemError)
})
