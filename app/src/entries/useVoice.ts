// A voice memo: `audio/mp4` where the phone can, because Opus in WebM does not play on iPhones.
import { computed, onScopeDispose, ref } from 'vue'
import type { Picked } from '@/core/capture'

const TYPES = ['audio/mp4', 'audio/webm;codecs=opus', 'audio/webm']
const BITS_PER_SECOND = 32_000
/** Pieces are handed over every second, so that a killed recording is not all lost to the recorder. */
const PIECE_MS = 1000

/** Records from the microphone; `stop` gives the memo. */
export function useVoice() {
  const recorder = ref<MediaRecorder>()
  const seconds = ref(0)
  let pieces: Blob[] = []
  let clock: ReturnType<typeof setInterval> | undefined

  async function start(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
    const one = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: BITS_PER_SECOND })
    pieces = []
    seconds.value = 0
    one.ondataavailable = ({ data }) => pieces.push(data)
    one.start(PIECE_MS)
    recorder.value = one
    clock = setInterval(() => seconds.value++, 1000)
  }

  async function stop(): Promise<Picked | undefined> {
    const one = recorder.value
    if (!one) return undefined
    const ended = new Promise((resolve) => {
      one.onstop = resolve
    })
    one.stop()
    await ended
    end(one)
    const bytes = new Blob(pieces, { type: one.mimeType.split(';')[0] ?? '' })
    const extension = bytes.type === 'audio/mp4' ? 'm4a' : 'webm'
    return { bytes, name: `voice.${extension}`, source: 'recorder', modifiedAt: Date.now() }
  }

  function end(one: MediaRecorder): void {
    clearInterval(clock)
    for (const track of one.stream.getTracks()) track.stop()
    recorder.value = undefined
  }

  onScopeDispose(() => recorder.value && end(recorder.value))
  return { start, stop, seconds, running: computed(() => recorder.value !== undefined) }
}
