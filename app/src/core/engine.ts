// The screens' door to the rules and the sync engine, which run in a worker of their own. Screens read views and give
// commands; views are asked anew whenever something changed.
import { onScopeDispose, type Ref, shallowRef, watchEffect } from 'vue'
import { Calls } from './calls'
import { connection } from './connection'
import type { Command, Views } from './views'

export type EngineQuestion =
  | { ask: 'open'; account: string; person: string; english: boolean }
  | { ask: 'close' }
  | { ask: 'view'; name: keyof Views; of: object; english: boolean }
  | { ask: 'act'; command: Command; english: boolean }
  | { ask: 'sync' }

export type EngineNews =
  | { news: 'changed' }
  | { news: 'sync'; syncing: boolean; online?: boolean; lastSyncAt?: number }
  | { news: 'signedOut' }

type Listener = () => void

const listeners = new Set<Listener>()
let calls: Calls<EngineQuestion> | undefined
let signedOut: Listener = () => {}

function hear(news: EngineNews): void {
  if (news.news === 'changed') for (const listener of listeners) listener()
  if (news.news === 'signedOut') signedOut()
  if (news.news === 'sync') {
    connection.syncing = news.syncing
    if (news.online !== undefined) connection.online = news.online
    if (news.lastSyncAt !== undefined) connection.lastSyncAt = news.lastSyncAt
  }
}

function worker(): Calls<EngineQuestion> {
  calls ??= new Calls(
    new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
    (news) => hear(news as EngineNews),
  )
  return calls
}

const english = () => document.documentElement.lang === 'en'

/** Calls back after every change of what views answer; the answer ends it. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Calls back when the server no longer knows this device. */
export function onSignedOut(listener: Listener): void {
  signedOut = listener
}

/** Loads an account's state from this phone. */
export const openEngine = (account: string, person: string): Promise<void> =>
  worker().ask({ ask: 'open', account, person, english: english() })

/** Ends work for the account. */
export const closeEngine = (): Promise<void> => worker().ask({ ask: 'close' })

/** Asks for a push and a pull soon. */
export const syncSoon = (): Promise<void> => worker().ask({ ask: 'sync' })

/** Does something; durable when the promise resolves. Fails with the rule's `Problem` where it is not allowed. */
export const act = (command: Command): Promise<void> => worker().ask({ ask: 'act', command, english: english() })

/** Reads a view once. */
export const view = <N extends keyof Views>(name: N, of: Views[N]['ask']): Promise<Views[N]['answer']> =>
  worker().ask({ ask: 'view', name, of, english: english() })

/** A view that follows changes while the component lives; `reload` resolves when it is up to date. */
export function useView<N extends keyof Views>(
  name: N,
  of: () => Views[N]['ask'],
): { value: Ref<Views[N]['answer'] | undefined>; reload: () => Promise<void> } {
  const value = shallowRef<Views[N]['answer']>()
  let latest = 0
  async function reload(): Promise<void> {
    const mine = ++latest
    const answer = await view(name, of())
    if (mine === latest) value.value = answer
  }
  watchEffect(() => {
    of()
    void reload()
  })
  onScopeDispose(onChange(() => void reload()))
  return { value, reload }
}
