// What was done to the accounts of a branch, and who from outside had its originals; asked of the server each time.
import { requestJson } from './net'
import type { AuditRow } from './views'

/** The newest lines of a branch, newest first. */
export const branchAudit = (branch: string): Promise<AuditRow[]> => requestJson(`/branches/${branch}/audit`)
