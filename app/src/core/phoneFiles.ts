// Files as they lie on this phone, beside what the engine knows of them: their names, and freeing their room.
import { removeFile } from './files'
import { session } from './session'
import { withAccount } from './store'

/** Names of the files on this phone by media id. */
export async function fileNames(): Promise<Map<string, string>> {
  const files = await withAccount(session.account, (db) => db.getAll('file'))
  return new Map(files.map(({ id, name }) => [id, name]))
}

/** Deletes the bytes of files that the server holds; their pictures come from the server from then on. */
export async function freeFiles(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await withAccount(session.account, (db) => db.delete('file', id))
    await removeFile(session.account, id)
  }
}
