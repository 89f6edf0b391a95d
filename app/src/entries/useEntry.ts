// One entry being written. What is typed is kept here for at most 300 ms, then it is an edit on the phone's disk; it
// is written at once when a field or the app is left and before a chooser opens. A value the rules refuse stays in its
// field with the reason, and what cannot be stored is tried again; nothing typed vanishes.
import { computed, onScopeDispose, reactive, ref } from 'vue'
import { act, tell, useView } from '@/core/engine'
import { ProblemError } from '@/core/problem'
import { session } from '@/core/session'
import { text } from '@/messages'
import { wordsOf } from '@/ui/failure'

const SAVE_AFTER_MS = 300
/** What could not be stored is tried again: there may be room by then. */
const SAVE_AGAIN_MS = 3000

export type Entry = ReturnType<typeof useEntry>

type Values = Record<string, unknown>

/** A plain copy in the one form that text is stored in: Vue's proxies cross to no worker. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value).normalize('NFC'))

/** Opens an entry for reading and writing. */
export function useEntry(id: string) {
  const { value: view, reload } = useView('entry', () => ({ entry: id }))
  /** Typed and not yet handed over, then handed over and not yet in the view, or refused with a reason. */
  const typed = reactive(new Map<string, unknown>())
  const handed = reactive(new Map<string, unknown>())
  const refused = reactive(new Map<string, { value: unknown; why: string }>())
  const failed = ref('')
  const { account } = session
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> = Promise.resolve()

  function value<T>(key: string): T | undefined {
    if (typed.has(key)) return (typed.get(key) ?? undefined) as T | undefined
    if (handed.has(key)) return (handed.get(key) ?? undefined) as T | undefined
    return (refused.get(key)?.value ?? view.value?.values[key] ?? undefined) as T | undefined
  }

  /** Elements of a list, by what follows the list's name in their key. */
  function elements<T>(list: string): { id: string; value: T }[] {
    const head = `${list}/`
    const stored = Object.keys(view.value?.values ?? {})
    const keys = new Set([...stored, ...refused.keys(), ...handed.keys(), ...typed.keys()])
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
    refused.delete(key)
    typed.set(key, to === undefined || to === '' ? null : to)
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SAVE_AFTER_MS)
  }

  /** Gives an edit; where one of several values is refused, the others are still kept. */
  async function edit(values: Values): Promise<void> {
    try {
      await act({ do: 'edit', entry: id, values })
    } catch (failure) {
      if (!(failure instanceof ProblemError)) throw failure
      const keys = Object.keys(values)
      if (keys.length > 1) for (const key of keys) await edit({ [key]: values[key] })
      else for (const key of keys) refused.set(key, { value: values[key], why: wordsOf(failure) })
    }
  }

  async function hand(): Promise<void> {
    if (typed.size === 0) return
    const values = plain(Object.fromEntries(typed)) as Values
    for (const [key, to] of Object.entries(values)) handed.set(key, to)
    typed.clear()
    try {
      await edit(values)
      failed.value = ''
    } catch {
      failed.value = text.value.entries.notSaved
      for (const [key, to] of Object.entries(values)) if (!typed.has(key)) typed.set(key, to)
      timer = setTimeout(() => session.account === account && void save(), SAVE_AGAIN_MS)
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

  /** As `save`, and the edits need not wait for more: the field or the app was left. */
  async function leave(): Promise<void> {
    await save()
    await tell({ is: 'flush' }).catch(() => {})
  }

  const onLeave = () => void leave()
  document.addEventListener('visibilitychange', onLeave)
  window.addEventListener('pagehide', onLeave)
  window.addEventListener('blur', onLeave)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onLeave)
    window.removeEventListener('pagehide', onLeave)
    window.removeEventListener('blur', onLeave)
    onLeave()
  })

  return {
    id,
    view,
    value,
    elements,
    set,
    save,
    leave,
    reload,
    failed,
    /** Why a field's value is not taken; empty where it is. */
    problem: (key: string) => refused.get(key)?.why,
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
