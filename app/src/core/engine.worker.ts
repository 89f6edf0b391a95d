/// <reference lib="webworker" />
// Performs what the sync engine asks for: stores its rows, sends its pushes and pulls, wakes it. It decides nothing.
// Events are taken one after the other; the next one waits until the effects' rows are on disk.
import { answerCalls } from './answers'
import { listenForHints } from './hints'
import type { EngineNews, EngineQuestion } from './messages'
import { requestJson, requestText } from './net'
import { ProblemError } from './problem'
import { type AccountDatabase, allRows, applyRows, openAccount } from './store'
import init, {
  type Effect,
  Engine,
  type EngineEvent,
  type KnownOp,
  type Me,
  type Problem,
  type Query,
  type ReviewPage,
} from './wasm/miaopu_wasm'
import wasmUrl from './wasm/miaopu_wasm_bg.wasm?url'

const ready = init({ module_or_path: wasmUrl })
/** Fresh chance for each event: ids, salts and jitter are drawn from it. */
const CHANCE_BYTES = 32
const UNAUTHORISED = 401
/** More entries than these wait for one office at no time of the year. */
const VISIT_PAGES_MAX = 50
/** After storing failed the engine begins again: by then the phone may have room. */
const BEGIN_AGAIN_MS = 5000

interface Opened {
  account: string
  db: AccountDatabase
  engine: Engine
  hints: AbortController
  /** Storing failed: what the engine believes is not on disk. It is loaded anew before anything else. */
  torn: boolean
}

let opened: Opened | undefined
/** The end of the last event's work; the next one begins there. */
let turn: Promise<unknown> = Promise.resolve()
let alarm: ReturnType<typeof setTimeout> | undefined

const tell = (news: EngineNews) => self.postMessage(news)

async function load(account: string): Promise<Pick<Opened, 'db' | 'engine'>> {
  await ready
  const db = await openAccount(account)
  return { db, engine: Engine.load(await allRows(db)) }
}

/** Gives one event to the engine and performs its effects; fails where the rules refused it or storing failed. */
function handle(event: EngineEvent): Promise<void> {
  const mine = turn.then(() => perform(event))
  turn = mine.catch(() => {})
  return mine
}

async function perform(event: EngineEvent): Promise<void> {
  const at = opened
  if (!at) return
  if (at.torn) await loadAnew(at)
  const chance = crypto.getRandomValues(new Uint8Array(CHANCE_BYTES))
  const effects = at.engine.handle(event, Date.now(), chance)
  for (const effect of effects) {
    if (effect.do === 'store') await store(at, effect.changes)
    else if (effect.do === 'denied') throw refusal(effect.problem)
    else start(effect)
  }
}

const refusal = ({ code, message, detail }: Problem) => new ProblemError(code, message, 0, undefined, detail)

async function store(at: Opened, changes: Parameters<typeof applyRows>[1]): Promise<void> {
  try {
    await applyRows(at.db, changes)
  } catch (failure) {
    at.torn = true
    await loadAnew(at).catch(() => {}) // the next event tries again
    throw failure
  }
}

/** Makes an engine of what is on disk, by another connection: browsers lose one, too. It begins its work
 * again in a while. */
async function loadAnew(at: Opened): Promise<void> {
  clearTimeout(alarm)
  alarm = setTimeout(() => later({ is: 'started' }), BEGIN_AGAIN_MS)
  const { db, engine } = await load(at.account)
  at.db.close()
  at.engine.free()
  Object.assign(at, { db, engine, torn: false })
  tell({ news: 'changed' })
}

/** Effects that are not waited for. */
function start(effect: Effect): void {
  switch (effect.do) {
    case 'push':
      void exchange(effect.ask, '/sync/push', effect.body, 'pushAnswered')
      break
    case 'pull':
      void exchange(effect.ask, '/sync/pull', effect.body, 'pageArrived')
      break
    case 'wake':
      clearTimeout(alarm)
      alarm = setTimeout(() => later({ is: 'tick', poked: false }), effect.afterMs)
      break
    case 'changed':
      tell({ news: 'changed' })
      break
    case 'status':
      tell({ news: 'status', syncing: effect.syncing, online: effect.online, lastSyncAt: effect.lastSyncAt })
      break
    case 'forget':
      tell({ news: 'forget', media: effect.media })
      break
    case 'hide':
      tell({ news: 'hide', media: effect.media })
      break
  }
}

/** An event whose failure nobody waits for: the engine tries again by itself. */
function later(event: EngineEvent): void {
  handle(event).catch((failure: unknown) => console.warn('engine', String(failure)))
}

async function exchange(ask: number, path: string, body: string, is: 'pushAnswered' | 'pageArrived'): Promise<void> {
  try {
    later({ is, ask, text: await requestText(path, { method: 'POST', body }) })
  } catch (failure) {
    if (failure instanceof ProblemError && failure.status === UNAUTHORISED) tell({ news: 'signedOut' })
    const retryAfterMs = failure instanceof ProblemError ? failure.retryAfterMs : undefined
    later({ is: 'failed', ask, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  }
}

async function open(account: string, me: Me | undefined): Promise<void> {
  await close(false)
  opened = { account, ...(await load(account)), hints: new AbortController(), torn: false }
  if (me) await handle({ is: 'signedIn', me })
  await handle({ is: 'started' })
  if (!me) void askWho()
  void askWhatIsKnown()
  void listenForHints(opened.hints.signal, {
    onOpen: () => later({ is: 'online' }),
    onHint: () => later({ is: 'tick', poked: true }),
  })
}

/** Roles may have changed since the last visit. */
async function askWho(): Promise<void> {
  const me = await requestJson<Me>('/me').catch(() => undefined)
  if (me) later({ is: 'signedIn', me })
}

/** A server older than the app takes fewer kinds of ops: those it does not know wait on the phone. */
async function askWhatIsKnown(): Promise<void> {
  const offer = await requestJson<{ ops: KnownOp[] }>('/limits').catch(() => undefined)
  if (offer) later({ is: 'serverKnows', ops: offer.ops })
}

/** What waits for an office above its branch comes by no feed: it is read page after page, and stored nowhere. */
async function visit(): Promise<void> {
  const texts: string[] = []
  let after: string | undefined
  for (let page = 0; page < VISIT_PAGES_MAX; page++) {
    const path = after === undefined ? '/review' : `/review?${new URLSearchParams({ after })}`
    const text = await requestText(path)
    texts.push(text)
    after = (JSON.parse(text) as ReviewPage).next
    if (after === undefined) break
  }
  await handle({ is: 'visited', texts })
}

/** `signOut`: what belongs to others leaves the phone first. */
async function close(signOut: boolean): Promise<void> {
  if (signOut) await handle({ is: 'signedOut' })
  await turn
  clearTimeout(alarm)
  opened?.hints.abort()
  opened?.engine.free()
  opened?.db.close()
  opened = undefined
}

function answerView(query: Query, english: boolean): unknown {
  if (!opened) throw new Error('no account is open')
  return JSON.parse(opened.engine.view(query, Date.now(), english))
}

answerCalls<EngineQuestion>(self, async (question) => {
  switch (question.ask) {
    case 'open':
      return open(question.account, question.me)
    case 'close':
      return close(question.signOut)
    case 'view':
      await turn
      return answerView(question.query, question.english)
    case 'event':
      return handle(question.event)
    case 'visit':
      return visit()
  }
})
