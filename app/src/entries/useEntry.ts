// One entry being written. What is typed is kept here for at most 300 ms, then it is an edit on the phone's disk; it
// is written at once when the app goes to the background, before a chooser opens, and when the screen is left.
import { computed, onScopeDispose, reactive, ref } from 'vue'
import { act, useView } from '@/core/engine'

const SAVE_AFTER_MS = 300

export type Entry = ReturnType<typeof useEntry>

/** Opens an entry for reading and writing. */
export function useEntry(id: string) {
  const { value: view, reload } = useView('entry', () => ({ entry: id }))
  /** Typed and not yet handed over, then handed over and not yet in the view. */
  const typed = reactive(new Map<string, unknown>())
  const handed = reactive(new Map<string, unknown>())
  const failed = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> = Promise.resolve()

  function value<T>(key: string): T | undefined {
    const one = typed.has(key) ? typed.get(key) : handed.has(key) ? handed.get(key) : view.value?.values[key]
    return (one ?? undefined) as T | undefined
  }

  /** Elements of a list, by what follows the list's name in their key. */
  function elements<T>(list: string): { id: string; value: T }[] {
    const head = `${list}/`
    const keys = new Set([...Object.keys(view.value?.values ?? {}), ...handed.keys(), ...typed.keys()])
    return [...keys]
      .filter((key) => key.startsWith(head))
      .sort()
      .flatMap((key) => {
        const one = value<T>(key)
        return one === undefined ? [] : [{ id: key.slice(head.length), value: one }]
      })
  }

  /** Writes a field; `undefined` takes it away. */
  function set(key: string, to: unknown): void {
    typed.set(key, to === undefined || to === '' ? null : to)
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SAVE_AFTER_MS)
  }

  async function hand(): Promise<void> {
    if (typed.size === 0) return
    const values = JSON.parse(JSON.stringify(Object.fromEntries(typed))) as Record<string, unknown>
    for (const key of Object.keys(values)) handed.set(key, values[key])
    typed.clear()
    try {
      await act({ do: 'edit', entry: id, values })
      failed.value = ''
    } catch (failure) {
      failed.value = failure instanceof Error ? failure.message : String(failure)
    }
    await reload()
    for (const key of Object.keys(values)) handed.delete(key)
  }

  /** Everything typed so far is on disk when the promise resolves. */
  function save(): Promise<void> {
    clearTimeout(timer)
    saving = saving.then(hand)
    return saving
  }

  const flush = () => void save()
  document.addEventListener('visibilitychange', flush)
  window.addEventListener('pagehide', flush)
  window.addEventListener('blur', flush)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', flush)
    window.removeEventListener('pagehide', flush)
    window.removeEventListener('blur', flush)
    flush()
  })

  return {
    id,
    view,
    value,
    elements,
    set,
    save,
    reload,
    failed,
    unsaved: computed(() => typed.size + handed.size > 0),
  }
}

/** A field as a model for `v-model`. */
export function useField<T>(entry: Entry, key: string, empty: T) {
  return computed<T>({
    get: () => entry.value<T>(key) ?? empty,
    set: (to) => entry.set(key, to),
  })
}

/** A field that may be absent. */
export function useOptionalField<T>(entry: Entry, key: string) {
  return computed<T | undefined>({
    get: () => entry.value<T>(key),
    set: (to) => entry.set(key, to),
  })
}
