// The server's stream of hints: some feed moved. Nothing depends on it; without it the engine's own clock pulls.
// What moved while no stream was open is never told later, so each opening counts as a hint of its own.
import { API, accessToken } from './net'

/** Servers end, and so do proxies' and phones' connections: open it again, soon at first, then less and less often. */
const AGAIN_MS = 1_000
const AGAIN_MS_MAX = 15_000
/** The server says something at least every 20 s: a stream that is silent for longer is dead without knowing it. */
const SILENCE_MS = 50_000

export interface HintListener {
  /** The server answers again: what moved meanwhile was not told. */
  onOpen: () => void
  /** Some feed moved. */
  onHint: () => void
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Calls back until the signal ends it. */
export async function listenForHints(signal: AbortSignal, listener: HintListener): Promise<void> {
  let again = AGAIN_MS
  while (!signal.aborted) {
    const lived = await listenOnce(signal, listener)
    again = lived ? AGAIN_MS : Math.min(again * 2, AGAIN_MS_MAX)
    // Phones that lost a server together do not come back together.
    await pause(again * (0.5 + Math.random() / 2), signal)
  }
}

/** One stream to its end; `true` where it had opened and said something. */
async function listenOnce(signal: AbortSignal, { onOpen, onHint }: HintListener): Promise<boolean> {
  const stream = new AbortController()
  const end = () => stream.abort()
  signal.addEventListener('abort', end)
  let watch = setTimeout(end, SILENCE_MS)
  let lived = false
  const heard = () => {
    clearTimeout(watch)
    watch = setTimeout(end, SILENCE_MS)
  }
  try {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${await accessToken()}` }
    const response = await fetch(`${API}/events`, { headers, signal: stream.signal, cache: 'no-store' })
    if (response.ok && response.body) {
      heard()
      onOpen()
      await read(response.body, (hint) => {
        lived = true
        heard()
        if (hint) onHint()
      })
    }
  } catch {
    // No signal or signed out: pushes and pulls find out by themselves.
  }
  clearTimeout(watch)
  signal.removeEventListener('abort', end)
  return lived
}

/** Calls back at whatever arrives: with `true` at a hint, a line of data that may come in pieces. */
async function read(body: ReadableStream<Uint8Array>, onBytes: (hint: boolean) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let line = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (line + value).split('\n')
    line = lines.pop() ?? ''
    // Lines that begin with a colon only keep the stream open.
    onBytes(lines.some((one) => one.startsWith('data:')))
  }
}
