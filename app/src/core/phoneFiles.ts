// Files as they lie on this phone, beside what the engine knows of them: their names, and freeing their room.
import { removeFile } from './files'
import { session } from './session'
import { allRows, withAccount } from './store'
import type { StoredRow } from './wasm/miaopu_wasm'

/** Stores of the engine that hold acts of this person; the others hold what the server has anyway. */
const UNSENT_STORES = new Set(['outbox', 'tray'])

/** Names of the files on this phone by media id. */
export async function fileNames(): Promise<Map<string, string>> {
  const files = await withAccount(session.account, (db) => db.getAll('file'))
  return new Map(files.map(({ id, name }) => [id, name]))
}

/** What the engine keeps of acts that are under way or were refused, as it lies on the phone. */
export async function unsentRows(): Promise<StoredRow[]> {
  const rows = await withAccount(session.account, allRows)
  return rows.filter(({ store }) => UNSENT_STORES.has(store))
}

/** Deletes the bytes of files that the server holds; their pictures come from the server from then on. */
export async function freeFiles(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await withAccount(session.account, (db) => db.delete('file', id))
    await removeFile(session.account, id)
  }
}
