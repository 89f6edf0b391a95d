// One entry under review. The digest is taken when the card is opened; a verdict names that one, not whatever stands
// there by then.

import { computed, ref, watch } from 'vue'
import { account } from '@/core/account'
import { connection } from '@/core/connection'
import { act, view as readView, tell, useView } from '@/core/engine'
import { keepPictures } from '@/core/pictures'
import type { Command, Difference, Strength } from '@/core/views'
import { text } from '@/messages'
import { note } from '@/ui/ask'
import { wordsOf } from '@/ui/failure'
import { router } from '@/ui/navigation'

/** Opens an entry for a verdict. */
export function useReview(entry: string) {
  const { value: view, reload } = useView('entry', () => ({ entry }))
  /** What the person has before them; the verdict names it. */
  const seen = ref<string>()
  const sketches = ref<string[]>([])
  const changes = ref<Difference[]>([])
  const strengths = ref<readonly Strength[]>([])
  const returning = ref(false)
  const busy = ref(false)
  const stale = computed(() => seen.value !== undefined && seen.value !== view.value?.digest)

  watch(view, async (now) => {
    if (!now?.digest) return
    if (seen.value === undefined) await open(now.seen)
    else if (stale.value) await compare(seen.value)
  })

  /** An entry that was opened before and changed since shows the change first. */
  async function open(before: string | undefined): Promise<void> {
    strengths.value = view.value?.strengths ?? []
    if (before === undefined || !(await compare(before))) look()
    else seen.value = before
  }

  async function compare(before: string): Promise<boolean> {
    changes.value = (await readView('changes', { entry, seen: before })) ?? []
    return changes.value.length > 0
  }

  /** The person has the present content before them. */
  function look(): void {
    seen.value = view.value?.digest
    changes.value = []
    const media = view.value?.media ?? []
    sketches.value = media.flatMap(({ sketch }) => sketch ?? [])
    void keepPictures(media)
    void tell({ is: 'opened', entry })
  }

  /** The note tells what is so: the server has heard of nothing yet. */
  async function run(command: Command, done: 'approved' | 'returned' | 'undone'): Promise<void> {
    const onward = router.onward()
    busy.value = true
    try {
      await act(command)
      note(text.value.review[connection.online ? done : (`${done}Later` as const)])
      await onward.replace('/review')
    } catch (failure) {
      note(wordsOf(failure))
      await reload()
    } finally {
      busy.value = false
    }
  }

  const approve = () =>
    run(
      {
        do: 'approve',
        entry,
        digest: seen.value ?? '',
        sketches: [...sketches.value],
        strengths: [...strengths.value],
      },
      'approved',
    )

  const sendBack = (comment: string) => run({ do: 'return', entry, digest: seen.value ?? '', comment }, 'returned')

  async function undo(): Promise<void> {
    const verdict = view.value?.may.undo
    if (verdict) await run({ do: 'undo', entry, verdict }, 'undone')
  }

  const allStrengths = computed(() => account.lists?.strengths ?? [])
  return { view, strengths, allStrengths, changes, stale, look, returning, approve, sendBack, undo, busy }
}
