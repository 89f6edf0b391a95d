// Going back to a list shows it where it was left.
import { onBeforeUnmount, onMounted, type Ref } from 'vue'
import { place } from './navigation'

/** Views answer within this time; a list that is still shorter then has changed. */
const PATIENCE_MS = 500

const places = new Map<string, number>()

/** Keeps the scroller's place by the address of the screen. */
export function useScrollMemory(scroller: Ref<HTMLElement | null>): void {
  const path = place.value?.path ?? ''

  onMounted(() => {
    const place = places.get(path)
    const deadline = performance.now() + PATIENCE_MS
    const restore = () => {
      const element = scroller.value
      if (!element || place === undefined) return
      element.scrollTop = place
      if (element.scrollTop < place && performance.now() < deadline) requestAnimationFrame(restore)
    }
    restore()
  })
  onBeforeUnmount(() => {
    places.set(path, scroller.value?.scrollTop ?? 0)
  })
}
