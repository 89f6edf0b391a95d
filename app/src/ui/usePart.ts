// One part of an object as a model of its own, for `v-model`.
import { computed, type Ref, type WritableComputedRef } from 'vue'

/** Reads and writes one key; what is set to `undefined` is taken away. */
export function usePart<T extends object, K extends keyof T>(whole: Ref<T>, key: K): WritableComputedRef<T[K]> {
  return computed({
    get: () => whole.value[key],
    set: (to) => {
      const { [key]: _before, ...rest } = whole.value
      whole.value = (to === undefined ? rest : { ...rest, [key]: to }) as T
    },
  })
}
