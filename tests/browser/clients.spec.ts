// tus-js-client, whose makers never saw this server, sends a clip from a browser: the server is killed in the middle, the
// page goes away, and what had arrived is not sent again.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, type Page, test } from '@playwright/test'
import { member, passwordOf } from './kit/people.ts'
import { Server } from './kit/server.ts'

const CLIENT = fileURLToPath(new URL('../clients/node_modules/tus-js-client/dist/tus.min.js', import.meta.url))
const CHUNK_BYTES = 1 << 20
const CHUNKS = 4
const CLIP = randomBytes(CHUNKS * CHUNK_BYTES - 7)
const HASH = createHash('sha256').update(CLIP).digest('hex')

interface Session {
  access: string
  me: { branches: { id: string }[] }
}

/** What the page is told to send, and to which chunk. */
interface Sending {
  access: string
  media: string
  hash: string
  base64: string
  chunk: number
  url: string | undefined
  /** It gives up once so many bytes have gone. */
  until: number
}

interface Outcome {
  url: string
  sent: number[]
}

/** A UUID of version 7. */
function freshId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

async function post<T>(server: Server, path: string, body: unknown, access?: string): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (access) headers['authorization'] = `Bearer ${access}`
  const answer = await fetch(`${server.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json() as Promise<T>
}

/** A member who recorded an activity with this clip, and says so by the API alone. */
async function named(server: Server): Promise<{ access: string; media: string }> {
  const next = randomBytes(32).toString('hex')
  const ask = { number: member.number, code: server.code(member.number), password: passwordOf(member), next }
  const { access, me } = await post<Session>(server, 'activations', ask)
  const [entry, media, now] = [freshId(), freshId(), Date.now()]
  const clip = { media, entry, kind: 'clip', sha256: HASH, size_bytes: CLIP.length, leaves: {}, provenance: {} }
  const acts: [string, object][] = [
    ['entry.create', { entry, created_at: now, leaves: {} }],
    ['media.add', clip],
  ]
  const ops = acts.map(([op, args], at) => ({
    n: at + 1,
    op: { id: freshId(), v: 1, made_at: now, branch: me.branches[0]?.id, op, args },
  }))
  await post(server, 'sync/push', { client: freshId(), ops }, access)
  return { access, media }
}

/** In the page: sends, and answers where it sent and at which offsets the server acknowledged. */
function send(told: Sending): Promise<Outcome> {
  const bytes = Uint8Array.from(atob(told.base64), (sign) => sign.charCodeAt(0))
  const { Upload } = (window as unknown as { tus: typeof import('tus-js-client') }).tus
  const sent: number[] = []
  return new Promise((resolve, reject) => {
    const upload = new Upload(new Blob([bytes]), {
      endpoint: '/api/v1/uploads',
      uploadUrl: told.url ?? null,
      chunkSize: told.chunk,
      metadata: { media: told.media, role: 'original', sha256: told.hash },
      headers: { Authorization: `Bearer ${told.access}` },
      retryDelays: [0, 500, 1000, 2000, 4000, 8000],
      onChunkComplete: (_, offset) => {
        sent.push(offset)
        document.title = `sent ${offset}`
        if (offset < told.until) return
        void upload.abort()
        resolve({ url: upload.url ?? '', sent })
      },
      onSuccess: () => resolve({ url: upload.url ?? '', sent }),
      onError: reject,
    })
    upload.start()
  })
}

async function opened(page: Page, server: Server): Promise<void> {
  await page.goto(`${server.url}/api/v1/limits`)
  await page.addScriptTag({ path: CLIENT })
}

test.use({ bypassCSP: true })

test('tus-js-client in a browser goes on behind a killed server and a closed page', async ({ page }) => {
  const server = await Server.start()
  const { access, media } = await named(server)
  const told = { access, media, hash: HASH, base64: CLIP.toString('base64'), chunk: CHUNK_BYTES, url: undefined }
  await opened(page, server)
  // After the first chunk the server is killed; the client's own patience brings the second.
  const sending = page.evaluate(send, { ...told, until: 2 * CHUNK_BYTES })
  await expect(page).toHaveTitle(/^sent/)
  await server.kill()
  await server.serve()
  const { url, sent } = await sending
  expect(sent).toEqual([CHUNK_BYTES, 2 * CHUNK_BYTES])
  // Another page, which knows nothing but the address.
  await opened(page, server)
  const rest = await page.evaluate(send, { ...told, url, until: CLIP.length })
  expect(rest).toEqual({ url, sent: [3 * CHUNK_BYTES, CLIP.length] })
  const original = await fetch(`${server.url}/api/v1/media/${media}/original`, {
    headers: { authorization: `Bearer ${access}` },
  })
  expect(createHash('sha256').update(Buffer.from(await original.arrayBuffer())).digest('hex')).toBe(HASH)
  await server.stop()
})
