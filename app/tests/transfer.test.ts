// An upload against a server that loses connections, stands elsewhere than thought, or no longer knows it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeSession } from '@/core/device'
import { ProblemError, Unreachable } from '@/core/problem'
import { send } from '@/core/transfer'
import type { UploadTask } from '@/core/views'

const SIZE = (4 << 20) + 10
const URL_OF_IT = 'http://localhost:3000/api/v1/uploads/u'
const task: UploadTask = { media: 'm', role: 'original', sha256: 'ab', sizeBytes: SIZE }

/** What the server has, and how each next PATCH ends: taken in part, or refused. */
let has: number
let endings: (number | { status: number; code: string } | 'broken')[]
let asked: string[]
/** The answer to HEAD where it is none of an upload that stands. */
let head: number

class Request {
  upload: { onprogress?: (event: { loaded: number }) => void } = {}
  headers: Record<string, string> = {}
  status = 204
  responseText = ''
  onload = () => {}
  onerror = () => {}
  open(method: string) {
    asked.push(method)
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value
  }
  getResponseHeader = () => String(has)
  send(piece: Blob) {
    asked.push(`${this.headers['upload-offset']}+${piece.size}`)
    const ending = endings.shift() ?? piece.size
    this.upload.onprogress?.({ loaded: piece.size })
    if (ending === 'broken') return this.onerror()
    if (typeof ending === 'number') has += ending
    else Object.assign(this, { status: ending.status, responseText: JSON.stringify({ code: ending.code }) })
    this.onload()
  }
}

beforeEach(async () => {
  has = 0
  head = 200
  endings = []
  asked = []
  await writeSession({ account: 'a', device: 'd', current: 'c', access: 'good', accessUntil: Date.now() + 1e9 })
  vi.stubGlobal('XMLHttpRequest', Request)
  vi.stubGlobal('fetch', async (_url: string, { method }: RequestInit) => {
    asked.push(String(method))
    if (method === 'POST') return new Response('', { status: 201, headers: { location: '/api/v1/uploads/u' } })
    return new Response(null, { status: head, headers: { 'upload-offset': String(has) } })
  })
})
afterEach(() => vi.unstubAllGlobals())

async function run(url?: string) {
  const told: (string | number)[] = []
  const sending = {
    task: url ? { ...task, url } : task,
    bytes: new Blob([new Uint8Array(SIZE)]),
    onUrl: async (at: string) => void told.push(at),
    onChunk: async (_url: string, bytes: number) => void told.push(bytes),
    onProgress: () => {},
  }
  await send(sending)
  return told
}

test('a file is created, its address told first, and sent piece by piece', async () => {
  expect(await run()).toEqual([URL_OF_IT, 4 << 20, SIZE])
  expect(asked).toEqual(['POST', 'HEAD', 'PATCH', `0+${4 << 20}`, 'PATCH', `${4 << 20}+10`])
})

test('an upload goes on where the server stands', async () => {
  has = SIZE - 7
  expect(await run(URL_OF_IT)).toEqual([SIZE])
  expect(asked).toEqual(['HEAD', 'PATCH', `${SIZE - 7}+7`])
})

test('what the server has in full is not sent again', async () => {
  has = SIZE
  expect(await run(URL_OF_IT)).toEqual([])
  expect(asked).toEqual(['HEAD'])
})

test('after a broken connection and after another offset the server is asked where it stands', async () => {
  has = SIZE - 5
  endings = ['broken', { status: 409, code: 'wrong_offset' }]
  expect(await run(URL_OF_IT)).toEqual([SIZE])
  expect(asked.filter((one) => one === 'HEAD')).toHaveLength(3)
})

test('what the rules refuse is not tried again', async () => {
  endings = [{ status: 422, code: 'hash_mismatch' }]
  await expect(run(URL_OF_IT)).rejects.toMatchObject({ code: 'hash_mismatch' })
  expect(asked.filter((one) => one === 'PATCH')).toHaveLength(1)
})

test('a server that takes nothing is given up after the pauses', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  endings = [0, 0, 0, 0]
  const failing = expect(run(URL_OF_IT)).rejects.toBeInstanceOf(Unreachable)
  await vi.runAllTimersAsync()
  for (let step = 0; step < 20; step++) await vi.advanceTimersByTimeAsync(1000)
  await failing
  expect(asked.filter((one) => one === 'PATCH')).toHaveLength(4)
  vi.useRealTimers()
})

test('an upload that the server forgot is begun anew, not waited for', async () => {
  head = 404
  await expect(run(URL_OF_IT)).rejects.toMatchObject({ code: 'upload_expired' })
  head = 410
  await expect(run(URL_OF_IT)).rejects.toBeInstanceOf(ProblemError)
})
