// A long list is drawn a screenful first and the rest once that can be read: a slow phone need not wait for all of it.
import { type ComputedRef, computed, ref, watch } from 'vue'

/** Rows of the tallest phone. */
const FIRST_ROWS = 12
/** Rows more by each frame. */
const MORE_ROWS = 60

/** The rows to draw now; all of them a few frames after the list is there. */
export function useRows<T>(all: () => readonly T[] | undefined): ComputedRef<readonly T[] | undefined> {
  const drawn = ref(FIRST_ROWS)
  let growing = false

  function grow(): void {
    growing = drawn.value < (all()?.length ?? 0)
    if (!growing) return
    // The timer begins after the frame was painted.
    requestAnimationFrame(() =>
      setTimeout(() => {
        drawn.value += MORE_ROWS
        grow()
      }),
    )
  }

  watch(
    () => all()?.length,
    () => {
      if (!growing) grow()
    },
    { immediate: true },
  )
  return computed(() => all()?.slice(0, drawn.value))
}
