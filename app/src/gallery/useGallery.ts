// The gallery's filters and pages. A change of filter begins anew; "more" goes on.
import { computed, onMounted, ref, watch } from 'vue'
import { myBranches } from '@/core/branches'
import { type GalleryAsk, type GalleryTile, galleryPage } from '@/core/gallery'
import { text } from '@/messages'
import { wordsOf } from '@/ui/failure'

/** State and acts of the gallery screen. */
export function useGallery() {
  const branches = ref<{ id: string; name: string }[]>([])
  const filters = ref<GalleryAsk>({ branch: '' })
  const items = ref<GalleryTile[]>([])
  const next = ref<string>()
  const problem = ref('')
  const busy = ref(false)
  const opened = ref<string>()
  let round = 0

  async function load(): Promise<void> {
    if (!filters.value.branch) return
    const mine = ++round
    busy.value = true
    try {
      const page = await galleryPage({ ...filters.value, ...(next.value && { after: next.value }) })
      if (mine !== round) return
      items.value = [...items.value, ...page.items]
      next.value = page.next
      problem.value = ''
    } catch (failure) {
      if (mine === round) problem.value = wordsOf(failure)
    } finally {
      if (mine === round) busy.value = false
    }
  }

  watch(filters, () => {
    items.value = []
    next.value = undefined
    void load()
  })

  onMounted(async () => {
    try {
      branches.value = await myBranches()
      filters.value = { branch: branches.value[0]?.id ?? '' }
    } catch {
      problem.value = text.value.gallery.offline
    }
  })

  const days = computed(() => {
    const byDay = new Map<number, GalleryTile[]>()
    for (const item of items.value) byDay.set(item.day, [...(byDay.get(item.day) ?? []), item])
    return [...byDay].map(([day, list]) => ({ day, items: list }))
  })

  return { filters, branches, days, items, next, problem, busy, load, opened }
}
