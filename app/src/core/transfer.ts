// One file to the server by tus 1.0. The upload is created by us and resumed by its address only: the client would
// otherwise begin anew at byte 0 whenever the server answers anything unexpected.
import type { DetailedError } from 'tus-js-client'
import { API, accessToken } from './net'
import { ProblemError, problemOf, Unreachable } from './problem'
import type { UploadTask } from './views'

/** 4 MiB: proxies on the way cap bodies, and a cut costs at most this much. */
const CHUNK_BYTES = 4 << 20
const CREATE_DEADLINE_MS = 20_000
/** Short ones within a try; the queue does the long waiting. */
const RETRY_DELAYS_MS = [0, 1000, 3000]
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

async function create({ task, bytes }: Sending): Promise<string> {
  const { media, role, sha256 } = task
  const metadata = Object.entries({ media, role, sha256 }).map(([key, value]) => `${key} ${btoa(value)}`)
  const headers = {
    'tus-resumable': '1.0.0',
    authorization: `Bearer ${await accessToken()}`,
    'upload-length': String(bytes.size),
    'upload-metadata': metadata.join(','),
  }
  let response: Response
  try {
    response = await fetch(ENDPOINT, { method: 'POST', headers, signal: AbortSignal.timeout(CREATE_DEADLINE_MS) })
  } catch (failure) {
    throw new Unreachable(String(failure))
  }
  const address = response.headers.get('location')
  if (response.ok && address) return new URL(address, location.origin + ENDPOINT).href
  throw problemOf(response.status, await response.text().catch(() => ''))
}

/** Sends one file to its end. Fails with `ProblemError` or `Unreachable`; a later try goes on where this one stopped. */
export async function send(sending: Sending): Promise<void> {
  const { Upload } = await import('tus-js-client')
  const url = sending.task.url ?? (await create(sending))
  if (!sending.task.url) await sending.onUrl(url)
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(sending.bytes as File, {
      uploadUrl: url,
      chunkSize: CHUNK_BYTES,
      storeFingerprintForResuming: false,
      retryDelays: RETRY_DELAYS_MS,
      onBeforeRequest: async (request) => {
        request.setHeader('authorization', `Bearer ${await accessToken()}`)
      },
      onProgress: (sent) => sending.onProgress(sent),
      onChunkComplete: (_size, accepted) => void sending.onChunk(url, accepted),
      onSuccess: () => resolve(),
      onError: (failure) => {
        if (failure instanceof ProblemError) return reject(failure)
        const response = (failure as DetailedError).originalResponse
        reject(response ? problemOf(response.getStatus(), response.getBody()) : new Unreachable(failure.message))
      },
    })
    upload.start()
  })
}
