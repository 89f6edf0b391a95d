// One file to the server by tus 1.0. The upload is created by us and resumed by its address only: the client would
// otherwise begin anew at byte 0 whenever the server answers anything unexpected.
import type { DetailedError } from 'tus-js-client'
import { accessToken, ProblemError, Unreachable } from './net'

/** 4 MiB: proxies on the way cap bodies, and a cut costs at most this much. */
const CHUNK_BYTES = 4 << 20
const CREATE_DEADLINE_MS = 20_000
/** Short ones within a try; the queue does the long waiting. */
const RETRY_DELAYS_MS = [0, 1000, 3000]
const TUS = { 'tus-resumable': '1.0.0' }

export interface Sending {
  media: string
  role: 'original' | 'sketch'
  sha256: string
  bytes: Blob
  /** Where an earlier try had begun. */
  url?: string
  /** Told before the first byte goes. */
  onUrl: (url: string) => Promise<void>
  onProgress: (sentBytes: number) => void
}

const base64 = (value: string) => btoa(value)

async function create({ media, role, sha256, bytes }: Sending): Promise<string> {
  const metadata = Object.entries({ media, role, sha256 }).map(([key, value]) => `${key} ${base64(value)}`)
  let response: Response
  try {
    response = await fetch('/api/v1/uploads', {
      method: 'POST',
      headers: {
        ...TUS,
        authorization: `Bearer ${await accessToken()}`,
        'upload-length': String(bytes.size),
        'upload-metadata': metadata.join(','),
      },
      signal: AbortSignal.timeout(CREATE_DEADLINE_MS),
    })
  } catch (failure) {
    if (failure instanceof ProblemError) throw failure
    throw new Unreachable(String(failure))
  }
  const address = response.headers.get('location')
  if (response.ok && address) return new URL(address, `${location.origin}/api/v1/uploads`).href
  throw problemOf(response.status, await response.text())
}

function problemOf(status: number, body: string): ProblemError | Unreachable {
  try {
    const { code, message, detail } = JSON.parse(body) as {
      code: string
      message: string
      detail?: Record<string, string>
    }
    return new ProblemError(status, code, message, detail)
  } catch {
    return new Unreachable(`status ${status} without a problem`)
  }
}

/** Sends one file to its end. Fails with `ProblemError` or `Unreachable`; a later try goes on where this one stopped. */
export async function send(sending: Sending): Promise<void> {
  const { Upload } = await import('tus-js-client')
  const url = sending.url ?? (await create(sending))
  if (!sending.url) await sending.onUrl(url)
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(sending.bytes, {
      uploadUrl: url,
      chunkSize: CHUNK_BYTES,
      storeFingerprintForResuming: false,
      retryDelays: RETRY_DELAYS_MS,
      onBeforeRequest: async (request) => {
        request.setHeader('authorization', `Bearer ${await accessToken()}`)
      },
      onProgress: (sent) => sending.onProgress(sent),
      onSuccess: () => resolve(),
      onError: (failure) => {
        const response = (failure as DetailedError).originalResponse
        reject(response ? problemOf(response.getStatus(), response.getBody()) : new Unreachable(failure.message))
      },
    })
    upload.start()
  })
}
