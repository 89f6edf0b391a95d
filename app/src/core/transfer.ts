// One file to the server by tus 1.0: created once, then sent piece by piece from wherever the server stands. It is the
// server's word alone that says how far an upload has come: it is asked first, and again after each failure.
import { API, accessToken } from './net'
import { ProblemError, problemOf, Unreachable } from './problem'
import type { UploadTask } from './views'

/** 4 MiB: proxies on the way cap bodies, and a cut costs at most this much. */
const CHUNK_BYTES = 4 << 20
/** For requests without bytes. */
const DEADLINE_MS = 20_000
/** Short ones within a try; the queue does the long waiting. */
const RETRY_DELAYS_MS = [0, 1000, 3000]
/** The upload is unknown or has expired. */
const GONE = new Set([404, 410])
/** Another request holds the upload, or the server stands elsewhere: asking again helps. */
const PASSING = new Set([409, 423])
const SERVER_FAULT = 500
const ENDPOINT = `${API}/uploads`

export interface Sending {
  task: UploadTask
  bytes: Blob
  /** Told before the first byte goes. */
  onUrl: (url: string) => Promise<void>
  /** Bytes that the server acknowledged. */
  onChunk: (url: string, sentBytes: number) => Promise<void>
  /** Bytes that left the phone. */
  onProgress: (sentBytes: number) => void
}

/** What every request of an upload says. */
const headersOf = async () => ({ 'tus-resumable': '1.0.0', authorization: `Bearer ${await accessToken()}` })

/** A request without bytes. */
async function ask(url: string, method: 'POST' | 'HEAD', more: Record<string, string> = {}): Promise<Response> {
  const headers = { ...(await headersOf()), ...more }
  try {
    return await fetch(url, { method, headers, cache: 'no-store', signal: AbortSignal.timeout(DEADLINE_MS) })
  } catch (failure) {
    throw new Unreachable(String(failure))
  }
}

async function create({ task, bytes }: Sending): Promise<string> {
  const { media, role, sha256 } = task
  const metadata = Object.entries({ media, role, sha256 }).map(([key, value]) => `${key} ${btoa(value)}`)
  const response = await ask(ENDPOINT, 'POST', {
    'upload-length': String(bytes.size),
    'upload-metadata': metadata.join(','),
  })
  const address = response.headers.get('location')
  if (response.ok && address) return new URL(address, location.origin + ENDPOINT).href
  throw problemOf(response.status, await response.text().catch(() => ''))
}

/** An offset as the server names it. */
function offsetIn(header: string | null): number {
  const offset = Number.parseInt(header ?? '', 10)
  if (Number.isNaN(offset)) throw new Unreachable('an answer without an offset')
  return offset
}

/** How far the server has an upload. */
async function standing(url: string): Promise<number> {
  const response = await ask(url, 'HEAD')
  if (response.ok) return offsetIn(response.headers.get('upload-offset'))
  // The answer to HEAD has no body that could name the problem.
  if (GONE.has(response.status)) throw new ProblemError('upload_expired', '', response.status)
  throw new Unreachable(`status ${response.status} without a problem`)
}

/** Sends one piece; answers what the server has then. `fetch` would not tell how many bytes have left the phone. */
async function sendPiece(url: string, from: number, piece: Blob, onSent: (bytes: number) => void): Promise<number> {
  const headers = await headersOf()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PATCH', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.setRequestHeader('upload-offset', String(from))
    request.setRequestHeader('content-type', 'application/offset+octet-stream')
    request.upload.onprogress = ({ loaded }) => onSent(from + loaded)
    request.onerror = () => reject(new Unreachable('the connection broke'))
    request.onload = () => {
      try {
        if (request.status >= 300) throw problemOf(request.status, request.responseText)
        resolve(offsetIn(request.getResponseHeader('upload-offset')))
      } catch (failure) {
        reject(failure)
      }
    }
    request.send(piece)
  })
}

/** The same request may succeed a moment later. */
function isPassing(failure: unknown): boolean {
  if (failure instanceof ProblemError) return failure.status >= SERVER_FAULT || PASSING.has(failure.status)
  return failure instanceof Unreachable && navigator.onLine
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends one file to its end. Fails with `ProblemError` or `Unreachable`; a later try goes on where this one stopped. */
export async function send(sending: Sending): Promise<void> {
  const { bytes } = sending
  const url = sending.task.url ?? (await create(sending))
  if (!sending.task.url) await sending.onUrl(url)
  let offset: number | undefined
  for (let failures = 0; ; ) {
    try {
      offset ??= await standing(url)
      sending.onProgress(offset)
      if (offset === bytes.size) return
      const taken = await sendPiece(url, offset, bytes.slice(offset, offset + CHUNK_BYTES), sending.onProgress)
      if (taken <= offset || taken > bytes.size) throw new Unreachable(`offset ${taken} after ${offset}`)
      offset = taken
      failures = 0
      void sending.onChunk(url, offset)
    } catch (failure) {
      const delay = RETRY_DELAYS_MS[failures++]
      if (delay === undefined || !isPassing(failure)) throw failure
      offset = undefined
      await pause(delay)
    }
  }
}
