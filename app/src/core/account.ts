// The signed-in person's state that every screen shares: who they are, the fixed lists, what waits to be sent.
import { reactive } from 'vue'
import { closeEngine, onChange, onSignedOut, openEngine, view } from './engine'
import { request } from './net'
import { forgetSession, restoreSession, session } from './session'
import type { Lists, MeView } from './views'

export const account = reactive({
  me: undefined as MeView | undefined,
  lists: undefined as Lists | undefined,
  /** Ops, refused ops and files that are not at the server. */
  unsent: 0,
  unsentOps: 0,
  unsentFiles: 0,
  /** Another tab of this browser works for the account. */
  otherTab: false,
})

async function refresh(): Promise<void> {
  if (session.status !== 'signedIn') return
  const [me, outbox] = await Promise.all([view('me', {}), view('outbox', {})])
  account.me = me
  account.unsentOps = outbox.unsent.length + outbox.refused.length
  account.unsent = account.unsentOps + account.unsentFiles
}

onChange(() => void refresh())
onSignedOut(() => {
  session.expired = true
})

/** Takes up the account of the last visit, if there is one; needs no network. */
export async function resumeAccount(): Promise<void> {
  await restoreSession()
  if (session.status === 'signedIn') await enterAccount()
}

/** Opens the signed-in account on this phone. One tab works; another one says so. */
export async function enterAccount(): Promise<void> {
  const lock = `account-${session.account}`
  account.otherTab = !(await hold(lock))
  if (account.otherTab) return
  await openEngine(session.account, session.person)
  account.lists = await view('lists', {})
  await refresh()
}

/** Holds a lock as long as the page lives, or until it is let go; `false` where another tab has it. */
function hold(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      return lock
        ? new Promise<void>((release) => {
            letGo = release
          })
        : undefined
    })
  })
}

let letGo: () => void = () => {}

/** Signs out: the server forgets the device's session where it can be reached, the phone what belongs to others. */
export async function leaveAccount(): Promise<void> {
  await request('/sessions', { method: 'DELETE' }).catch(() => {})
  await closeEngine()
  await forgetSession()
  letGo()
  Object.assign(account, { me: undefined, lists: undefined, unsent: 0, unsentOps: 0, unsentFiles: 0 })
}
