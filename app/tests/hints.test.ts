// The stream of hints against a real server that is killed, comes back, and goes silent.
// @vitest-environment node
import 'fake-indexeddb/auto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeSession } from '@/core/device'
import { listenForHints } from '@/core/hints'

const session = { account: 'a', device: 'd', current: 'first', access: 'good', accessUntil: Date.now() + 900_000 }

let server: Server
let port = 0
/** Streams that are open now. */
let streams: ServerResponse[]
let told: string[]
let ended: AbortController

async function serve(): Promise<void> {
  streams = []
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    streams.push(response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
}

/** As SIGKILL does: every connection is gone at once, and nobody listens. */
async function kill(): Promise<void> {
  const gone = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await gone
}

beforeEach(async () => {
  await writeSession(session)
  port = 0
  await serve()
  told = []
  ended = new AbortController()
  const real = globalThis.fetch
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(`http://127.0.0.1:${port}${path}`, init))
})
afterEach(async () => {
  ended.abort()
  await kill()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const listen = () =>
  void listenForHints(ended.signal, { onOpen: () => told.push('open'), onHint: () => told.push('hint') })

test('after the server was killed the stream opens again in seconds, and the phone asks what it missed', async () => {
  listen()
  await vi.waitFor(() => expect(told).toEqual(['open']))
  streams[0]?.write(':\n\n')
  await kill()
  await serve()
  await vi.waitFor(() => expect(told).toEqual(['open', 'open']), { timeout: 5_000 })
  streams[0]?.write('data: {}\n\n')
  await vi.waitFor(() => expect(told).toEqual(['open', 'open', 'hint']))
})

test('a hint that comes in pieces is heard once; what keeps the stream open is none', async () => {
  listen()
  await vi.waitFor(() => expect(streams.length).toBe(1))
  streams[0]?.write(':\n\nda')
  await new Promise((resolve) => setTimeout(resolve, 50))
  streams[0]?.write('ta: {"feed":"org","seq":1}\n\n')
  await vi.waitFor(() => expect(told).toEqual(['open', 'hint']))
})

test('a stream that went silent is given up and opened anew', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  listen()
  await vi.waitFor(() => expect(told).toEqual(['open']))
  await vi.advanceTimersByTimeAsync(60_000)
  await vi.waitFor(() => expect(told).toEqual(['open', 'open']), { timeout: 5_000 })
})
