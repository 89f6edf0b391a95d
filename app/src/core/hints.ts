// The server's stream of hints: some feed moved. Nothing depends on it; without it the engine's own clock pulls.
import { API, accessToken } from './net'

/** Servers and proxies end idle streams: open it again, not at once. */
const AGAIN_MS = 15_000

const pause = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, AGAIN_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Calls back at each hint until the signal ends it. */
export async function listenForHints(signal: AbortSignal, onHint: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', authorization: `Bearer ${await accessToken()}` }
      const response = await fetch(`${API}/events`, { headers, signal, cache: 'no-store' })
      if (response.ok && response.body) await read(response.body, onHint)
    } catch {
      // No signal or signed out: pushes and pulls find out by themselves.
    }
    await pause(signal)
  }
}

async function read(body: ReadableStream<Uint8Array>, onHint: () => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    // Lines that begin with a colon only keep the stream open.
    if (value.includes('data:')) onHint()
  }
}
