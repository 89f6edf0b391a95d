// One entry under review. The digest is taken when the card is opened; a verdict names that one, not whatever stands
// there by then.
import { computed, ref, watch } from 'vue'
import { useRouter } from 'vue-router'
import { account } from '@/core/account'
import { act, view as readView, useView } from '@/core/engine'
import { keepPictures } from '@/core/pictures'
import type { Change, Command } from '@/core/views'
import { text } from '@/messages'
import { note } from '@/ui/ask'
import { wordsOf } from '@/ui/failure'

/** Opens an entry for a verdict. */
export function useReview(entry: string) {
  const router = useRouter()
  const { value: view, reload } = useView('entry', () => ({ entry }))
  const seen = ref<string>()
  const changes = ref<Change[]>([])
  const strengths = ref<readonly string[]>([])
  const returning = ref(false)
  const busy = ref(false)
  const stale = computed(() => seen.value !== undefined && seen.value !== view.value?.digest)

  watch(view, async (now) => {
    if (!now?.digest) return
    if (seen.value === undefined) {
      look()
      void keepPictures(now.media)
    } else if (stale.value) {
      changes.value = await readView('changes', { entry, seen: seen.value })
    }
  })

  /** The person has the present content before them. */
  function look(): void {
    seen.value = view.value?.digest
    changes.value = []
    void readView('seen', { entry })
  }

  async function run(command: Command, done: string): Promise<void> {
    busy.value = true
    try {
      await act(command)
      note(done)
      await router.replace('/review')
    } catch (failure) {
      note(wordsOf(failure))
      await reload()
    } finally {
      busy.value = false
    }
  }

  function approve(): Promise<void> {
    const digest = seen.value ?? ''
    const command: Command = { do: 'approve', entry, digest, strengths: [...strengths.value] }
    return run(command, text.value.review.approved)
  }

  const sendBack = (comment: string) =>
    run({ do: 'return', entry, digest: seen.value ?? '', comment }, text.value.review.returned)

  async function undo(): Promise<void> {
    const verdict = view.value?.may.undo
    if (verdict) await run({ do: 'undo', entry, verdict }, text.value.review.undone)
  }

  const allStrengths = computed(() => account.lists?.strengths ?? [])
  return { view, strengths, allStrengths, changes, stale, look, returning, approve, sendBack, undo, busy }
}
