// Choosing files, taking them over one after the other, and saying what could not be kept.
import { ref } from 'vue'
import { capture, type Picked, type Source, TooLarge } from '@/core/capture'
import { sendFiles } from '@/core/uploads'
import type { Phase } from '@/core/views'
import { text } from '@/messages'
import { bytes } from '@/ui/format'

/** Keeps picked files for an entry; `progress` says how many are on disk. */
export function useCapture() {
  const progress = ref<{ done: number; all: number }>()
  const problems = ref<string[]>([])

  function say(failure: unknown): string {
    const words = text.value.entries
    if (failure instanceof TooLarge) return words.tooLarge(failure.file, bytes(failure.bytesMax))
    const full = failure instanceof Error && failure.name === 'QuotaExceededError'
    return full ? words.noSpace : words.notSaved
  }

  async function keep(entry: string, phase: Phase, picked: readonly Picked[]): Promise<void> {
    problems.value = []
    progress.value = { done: 0, all: picked.length }
    for (const one of picked) {
      try {
        await capture(entry, phase, one)
      } catch (failure) {
        problems.value.push(say(failure))
      }
      progress.value.done++
    }
    progress.value = undefined
    void sendFiles()
  }

  return { progress, problems, keep }
}

/** What a file input holds, as picked files; the input is emptied so that the same file can be chosen again. */
export function pickedOf(input: HTMLInputElement, source: Source): Picked[] {
  const picked = Array.from(input.files ?? [], (file) => ({
    bytes: file,
    name: file.name,
    source,
    modifiedAt: file.lastModified,
  }))
  input.value = ''
  return picked
}
