// The branches whose approved media one may browse.
import { requestJson } from './net'
import type { BranchName } from './wasm/miaopu_wasm'

/** Pages asked for at most: some thousands of branches. */
const PAGES_MAX = 100

/** As the server sees them now: page after page, to the empty one behind the last. */
export async function myBranches(): Promise<BranchName[]> {
  const all: BranchName[] = []
  for (let page = 0; page < PAGES_MAX; page++) {
    const after = all.at(-1)?.id
    const more = await requestJson<BranchName[]>(after ? `/branches?after=${after}` : '/branches')
    if (!more.length) break
    all.push(...more)
  }
  return all
}
