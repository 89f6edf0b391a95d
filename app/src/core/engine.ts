// The screens' door to the rules and the sync engine, which run in a worker of their own. Screens read views and give
// commands; views are asked anew whenever something changed.
import { onScopeDispose, type Ref, shallowRef, watchEffect } from 'vue'
import { Calls } from './calls'
import { connection } from './connection'
import type { EngineNews, EngineQuestion } from './messages'
import type { Answers, AskOf, Command, Me, ViewName } from './views'
import type { EngineEvent, Query } from './wasm/miaopu_wasm'

interface Listeners {
  changed: Set<() => void>
  forget: Set<(media: string[]) => void>
  hide: Set<(media: string[]) => void>
  signedOut: Set<() => void>
}

const listeners: Listeners = { changed: new Set(), forget: new Set(), hide: new Set(), signedOut: new Set() }
let calls: Calls<EngineQuestion> | undefined
/** An account is open; views have no answer otherwise. */
let isOpen = false

function hear(news: EngineNews): void {
  if (news.news === 'changed' && isOpen) for (const listener of listeners.changed) listener()
  if (news.news === 'forget') for (const listener of listeners.forget) listener(news.media)
  if (news.news === 'hide') for (const listener of listeners.hide) listener(news.media)
  if (news.news === 'signedOut') for (const listener of listeners.signedOut) listener()
  if (news.news === 'status') {
    connection.syncing = news.syncing
    connection.online = news.online && navigator.onLine
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

/** Starts the worker, so that it is ready when an account is opened. */
export const wakeEngine = (): void => void worker()

const english = () => document.documentElement.lang === 'en'

/** Calls back at each piece of news; the answer ends it. */
export function on<N extends keyof Listeners>(
  news: N,
  listener: Listeners[N] extends Set<infer L> ? L : never,
): () => void {
  const set = listeners[news] as Set<typeof listener>
  set.add(listener)
  return () => set.delete(listener)
}

/** Loads an account's state from this phone; `me` is the answer to signing in. */
export async function openEngine(account: string, me?: Me): Promise<void> {
  await worker().ask({ ask: 'open', account, ...(me && { me }) })
  isOpen = true
}

/** Ends work for the account; after signing out, what belongs to others is gone from the phone. */
export function closeEngine(signOut: boolean): Promise<void> {
  isOpen = false
  return worker().ask({ ask: 'close', signOut })
}

/** Tells the engine what happened; its rows are on disk when the promise resolves. */
export const tell = (event: EngineEvent): Promise<void> => worker().ask({ ask: 'event', event })

/** Does something; durable when the promise resolves. Fails with `ProblemError` where the rules refuse it. */
export const act = (command: Command): Promise<void> => tell({ is: 'act', command, english: english() })

/** Asks anew for what waits for an office above its branch; the answer is in the views when the promise resolves. */
export const visitReview = (): Promise<void> => worker().ask({ ask: 'visit' })

/** Reads a view once. */
export const view = <N extends ViewName>(name: N, of: AskOf<N>): Promise<Answers[N]> =>
  worker().ask({ ask: 'view', query: { view: name, ...of } as Query, english: english() })

/** A view that follows changes while the component lives; `reload` resolves when it is up to date. */
export function useView<N extends ViewName>(
  name: N,
  of: () => AskOf<N>,
): { value: Ref<Answers[N] | undefined>; reload: () => Promise<void> } {
  const value = shallowRef<Answers[N]>()
  let latest = 0
  async function reload(): Promise<void> {
    const mine = ++latest
    const answer = await view(name, of()).catch((failure: unknown) => {
      if (isOpen) throw failure
      return undefined // the screen outlived its account by a moment
    })
    if (mine === latest && isOpen) value.value = answer
  }
  watchEffect(() => {
    of()
    void reload()
  })
  onScopeDispose(on('changed', () => void reload()))
  return { value, reload }
}
