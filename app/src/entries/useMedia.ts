// What is said of one item, written at each change like the entry's own fields.
import { computed, type Ref, ref } from 'vue'
import type { MediaView, Phase } from '@/core/views'
import { text } from '@/messages'
import { confirmed } from '@/ui/ask'
import { useRun } from '@/ui/useRun'

const SAVE_AFTER_MS = 300

/** The sheet's fields and buttons for the opened item. */
export function useMedia(entry: () => string, media: Ref<MediaView | undefined>, opened: Ref<string | undefined>) {
  const { problem, run } = useRun()
  const typed = ref<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const describe = (id: string, values: Record<string, unknown>) =>
    run({ do: 'describeMedia', entry: entry(), media: id, values })

  const caption = computed({
    get: () => typed.value ?? media.value?.caption ?? '',
    set: (words) => {
      const id = media.value?.id
      if (!id) return
      typed.value = words
      clearTimeout(timer)
      timer = setTimeout(async () => {
        await describe(id, { caption: words || null })
        if (typed.value === words) typed.value = undefined
      }, SAVE_AFTER_MS)
    },
  })
  const chosen = <T extends string>(key: 'phase' | 'people', read: () => T | undefined) =>
    computed<T | undefined>({
      get: read,
      set: (to) => {
        if (media.value) void describe(media.value.id, { [key]: to ?? null })
      },
    })

  async function remove(): Promise<void> {
    const words = text.value.entries
    const id = media.value?.id
    if (!id || !(await confirmed(words.removeMedia, words.removeMediaAsk, words.removeMedia))) return
    if (!(await run({ do: 'removeMedia', entry: entry(), media: id }))) return
    opened.value = undefined
  }

  return {
    caption,
    phase: chosen<Phase>('phase', () => media.value?.phase),
    people: chosen<string>('people', () => media.value?.people),
    problem,
    remove,
  }
}
