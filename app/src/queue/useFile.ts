// One file of the queue: its state in words and what its buttons do.
import { computed } from 'vue'
import { hand, mediaBytes } from '@/core/downloads'
import { tell } from '@/core/engine'
import { sendFiles, sending } from '@/core/uploads'
import type { FileView } from '@/core/views'
import { text } from '@/messages'
import { confirmed, note } from '@/ui/ask'
import { runNoted } from '@/ui/useRun'

/** State and acts of a row. */
export function useFile(props: { file: FileView; name?: string }) {
  const label = computed(() => props.name || text.value.domain.media[props.file.kind])
  const percent = computed(() => {
    const { media, sentBytes, sizeBytes } = props.file
    const sent = sending.media === media ? Math.max(sending.sentBytes, sentBytes) : sentBytes
    return Math.floor((sent / Math.max(1, sizeBytes)) * 100)
  })
  const words = computed(() => {
    const { queue } = text.value
    const { state } = props.file
    return state === 'sending' ? queue.sending(percent.value) : queue.states[state]
  })

  async function retry(): Promise<void> {
    await tell({ is: 'uploadRetry', media: props.file.media })
    await sendFiles()
  }

  async function exportFile(): Promise<void> {
    const file = await mediaBytes(props.file.media)
    if (file) hand(file, props.name || props.file.media)
    else note(text.value.queue.states.lost)
  }

  async function remove(): Promise<void> {
    const { queue } = text.value
    if (!(await confirmed(queue.remove, queue.removeAsk(label.value), queue.remove))) return
    const { entry, media } = props.file
    await runNoted({ do: 'removeMedia', entry, media })
  }

  return { label, percent, words, retry, exportFile, remove }
}
