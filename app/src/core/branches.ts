// The branches whose approved media one may browse.
import { requestJson } from './net'
import type { BranchName } from './wasm/miaopu_wasm'

/** As the server sees it now. */
export const myBranches = (): Promise<BranchName[]> => requestJson('/branches')
