// The signed-in person's state that every screen shares: who they are, the fixed lists, what waits to be sent.
import { reactive } from 'vue'
import { closeEngine, on, openEngine, tell, view, visitReview } from './engine'
import { request } from './net'
import { forgetSession, restoreSession, session } from './session'
import { withAccount } from './store'
import type { BranchLabel, Lists, Me, MeView } from './views'
import { lists } from './wasm/lists'

const nothing = () => ({
  me: undefined as MeView | undefined,
  lists: undefined as Lists | undefined,
  /** Every lasting branch, by name. */
  branches: [] as BranchLabel[],
  /** Ops, refused cards and files that are not at the server. */
  unsent: 0,
  /** Another tab of this browser works for the account. */
  otherTab: false,
})

export const account = reactive(nothing())

async function refresh(): Promise<void> {
  if (session.status !== 'signedIn' || account.otherTab) return
  const [me, outbox, branches] = await Promise.all([view('me', {}), view('outbox', {}), view('branches', {})])
  account.me = me ?? undefined
  account.branches = branches
  account.unsent = outbox.unsent.length + outbox.refused.length + outbox.unsentFiles
}

on('changed', () => void refresh())
on('signedOut', () => {
  session.expired = true
})

/** Takes up the account of the last visit, if there is one; needs no network. */
export async function resumeAccount(): Promise<void> {
  await restoreSession()
  if (session.status === 'signedIn') await enterAccount()
}

/** Opens the signed-in account on this phone; `me` is the answer to signing in. One tab works; another one says so. */
export async function enterAccount(me?: Me): Promise<void> {
  account.otherTab = !(await hold(`account-${session.account}`))
  if (account.otherTab) return
  await openEngine(session.account, me)
  account.lists = lists
  await refresh()
  if (account.me?.above) void visitReview().catch(() => {}) // without signal the next look asks again
}

/** The lock this page holds, and how to let it go. */
let held = ''
let letGo: () => void = () => {}

/** Holds a lock as long as the page lives, or until it is let go; `false` where another tab has it. */
async function hold(name: string): Promise<boolean> {
  if (held === name) return true
  letGo()
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      if (!lock) return undefined
      held = name
      return new Promise<void>((release) => {
        letGo = () => {
          held = ''
          release()
        }
      })
    })
  })
}

/** Signs out: the server ends the device's session where it can be reached, the phone drops what belongs to others. */
export async function leaveAccount(): Promise<void> {
  await request('/sessions/end', { method: 'POST' }).catch(() => {})
  account.me = undefined
  await closeEngine(true)
  await withAccount(session.account, (db) => db.clear('picture'))
  await forgetSession()
  letGo()
  Object.assign(account, nothing())
}

/** Keeps the engine informed of the phone: signal, and the person leaving the app. */
export function watchPhone(): void {
  const telling = (event: Parameters<typeof tell>[0]) => {
    if (session.status === 'signedIn' && !account.otherTab) tell(event).catch(() => {})
  }
  addEventListener('online', () => telling({ is: 'online' }))
  document.addEventListener('visibilitychange', () =>
    telling(document.visibilityState === 'visible' ? { is: 'online' } : { is: 'flush' }),
  )
}
