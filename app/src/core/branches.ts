// The branches whose approved media one may browse.
import { requestJson } from './net'

export interface BranchName {
  id: string
  name: string
}

/** As the server sees it now. */
export async function myBranches(): Promise<BranchName[]> {
  const { branches } = await requestJson<{ branches: BranchName[] }>('/me')
  return branches
}
