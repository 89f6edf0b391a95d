// Giving back what lies in the bin. The server has used up the ids of a discarded draft's media: their bytes are kept
// under new ones before the draft is written anew. The engine then says which of the old ones may go.
import { act } from './engine'
import { readFile, writeFile } from './files'
import { newId } from './ids'
import { session } from './session'
import { putFile, withAccount } from './store'
import type { RefusedView } from './views'

/** Gives a card back; answers with the entry that was written anew, where the card was a draft. Fails as the rules do. */
export async function putBack({ op, media }: Pick<RefusedView, 'op' | 'media'>, isDraft: boolean): Promise<string> {
  const entry = newId()
  const renamed: Record<string, string> = {}
  if (isDraft) {
    for (const old of media) {
      const copy = await copyFile(old, entry)
      if (copy) renamed[old] = copy
    }
  }
  await act({ do: 'putBack', op, entry, media: renamed })
  return entry
}

async function copyFile(old: string, entry: string): Promise<string | undefined> {
  const known = await withAccount(session.account, (db) => db.get('file', old))
  const bytes = await readFile(session.account, old)
  if (!known || !bytes) return undefined
  const id = newId()
  await writeFile(session.account, id, bytes)
  await withAccount(session.account, (db) => putFile(db, { ...known, id, entry }))
  return id
}
