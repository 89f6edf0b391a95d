// Accounts as an administrator has them: found, looked into, reset. Asked of the server each time, kept nowhere.
import { requestJson } from './net'
import type { Account, GrantRow, NewCode } from './views'

/** All accounts, in the order of their ids, a page after the other; `page` is told each as it comes. */
export async function eachAccounts(page: (accounts: Account[]) => void): Promise<void> {
  for (let after = ''; ; ) {
    const accounts = await requestJson<Account[]>(`/accounts${after && `?after=${after}`}`)
    const last = accounts.at(-1)
    if (!last) return
    page(accounts)
    after = last.id
  }
}

/** The roles an account holds, and those that wait for a second person. */
export async function listGrants(account: string): Promise<GrantRow[]> {
  const grants = await requestJson<GrantRow[]>(`/accounts/${account}/grants`)
  return grants.filter(({ ended_at }) => !ended_at)
}

/** Takes password and devices away; the code is answered this once. */
export const resetAccount = (account: string): Promise<NewCode> =>
  requestJson(`/accounts/${account}/reset`, { method: 'POST' })
