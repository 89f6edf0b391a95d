// What the queue screen shows and what its buttons do.
import { computed, ref, watch } from 'vue'
import { tell, useView } from '@/core/engine'
import { fileNames, freeFiles } from '@/core/phoneFiles'
import { sendFiles } from '@/core/uploads'
import { text } from '@/messages'
import { confirmed, note } from '@/ui/ask'
import { wordsOf } from '@/ui/failure'

/** State and acts of the queue screen. */
export function useQueue() {
  const { value: outbox } = useView('outbox', () => ({}))
  const names = ref(new Map<string, string>())
  watch(
    outbox,
    async () => {
      names.value = await fileNames()
    },
    { immediate: true },
  )

  const files = computed(() => outbox.value?.files ?? [])
  const open = computed(() => files.value.filter(({ state }) => state !== 'sent'))
  const sent = computed(() => files.value.filter(({ state, media }) => state === 'sent' && names.value.has(media)))
  const nothing = computed(
    () => outbox.value && !outbox.value.unsent.length && !outbox.value.refused.length && !open.value.length,
  )

  async function retryAll(): Promise<void> {
    await tell({ is: 'online' })
    for (const { media, state } of open.value) if (state === 'failed') await tell({ is: 'uploadRetry', media })
    await sendFiles()
  }

  async function free(): Promise<void> {
    const words = text.value.queue
    if (!(await confirmed(words.freeSent, words.freeSentAsk, words.freeSent))) return
    await freeFiles(sent.value.map(({ media }) => media))
    names.value = await fileNames()
  }

  const packing = ref(false)

  async function packAll(): Promise<void> {
    packing.value = true
    try {
      const { packUnsent } = await import('./rescue')
      if (outbox.value) await packUnsent(outbox.value)
    } catch (failure) {
      note(wordsOf(failure))
    } finally {
      packing.value = false
    }
  }

  return { outbox, open, sent, names, nothing, packing, retryAll, free, packAll }
}
