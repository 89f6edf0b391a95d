// One IndexedDB database per account. `row` holds what the sync engine keeps, grouped by its own store names; `file`
// what this phone knows of the bytes it took, `picture` small pictures to show offline. Originals lie in OPFS.
import { Database } from './database'
import type { Command } from './views'
import type { RowChange, StoredRow } from './wasm/miaopu_wasm'

/** A file this phone took. How far it has come to the server stands in the engine's rows. */
export interface LocalFile {
  /** The media item's id. */
  id: string
  entry: string
  name: string
  mime: string
  /** The small picture, sent first. A voice has none. */
  sketch?: ArrayBuffer
  /** The command that adds the item to its entry, until it was given. */
  unnamed?: Command
}

export interface KeptPicture {
  id: string
  mime: string
  bytes: ArrayBuffer
}

type AccountStores = { row: StoredRow; file: LocalFile; picture: KeptPicture }

export type AccountDatabase = Database<AccountStores>

/** Opens the account's database, making it where it is missing. */
export function openAccount(account: string): Promise<AccountDatabase> {
  return Database.open<AccountStores>(`miaopu-${account}`, (db) => {
    db.createObjectStore('row', { keyPath: ['store', 'key'] })
    db.createObjectStore('file', { keyPath: 'id' }).createIndex('entry', 'entry')
    db.createObjectStore('picture', { keyPath: 'id' })
  })
}

/** Opens the database for one piece of work. */
export async function withAccount<T>(account: string, work: (db: AccountDatabase) => Promise<T>): Promise<T> {
  const db = await openAccount(account)
  try {
    return await work(db)
  } finally {
    db.close()
  }
}

/** Writes all changes or none, and is on disk when the promise resolves. */
export function applyRows(db: AccountDatabase, changes: readonly RowChange[]): Promise<void> {
  return db.change('row', (rows) => {
    for (const { store, key, value } of changes) {
      if (value === undefined) rows.delete([store, key])
      else rows.put({ store, key, value })
    }
  })
}

/** Every row of the engine, in the order of store and key. */
export const allRows = (db: AccountDatabase): Promise<StoredRow[]> => db.getAll('row')

/** Writes what is known of one file; on disk when the promise resolves. */
export const putFile = (db: AccountDatabase, file: LocalFile): Promise<void> => db.put('file', file)
