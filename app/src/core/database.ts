// IndexedDB with promises: what it is asked for here, and no more. A change is on disk when its promise resolves.

/** What each store of a database holds. */
type Stores = Record<string, unknown>

export class Database<S extends Stores> {
  private constructor(private readonly db: IDBDatabase) {}

  /** Opens a database, making its stores where it is missing. */
  static async open<S extends Stores>(name: string, make: (db: IDBDatabase) => void): Promise<Database<S>> {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => make(request.result)
    return new Database(await answer(request))
  }

  async get<K extends keyof S & string>(store: K, key: IDBValidKey): Promise<S[K] | undefined> {
    return answer(this.read(store).get(key))
  }

  /** All values, in the order of their keys. */
  async getAll<K extends keyof S & string>(store: K): Promise<S[K][]> {
    return answer(this.read(store).getAll())
  }

  async count(store: keyof S & string): Promise<number> {
    return answer(this.read(store).count())
  }

  /** A key is given where the store's values do not hold one. */
  put<K extends keyof S & string>(store: K, value: S[K], key?: IDBValidKey): Promise<void> {
    return this.change(store, (at) => at.put(value, key))
  }

  delete(store: keyof S & string, key: IDBValidKey | IDBKeyRange): Promise<void> {
    return this.change(store, (at) => at.delete(key))
  }

  clear(store: keyof S & string): Promise<void> {
    return this.change(store, (at) => at.clear())
  }

  /** Makes all the changes or none. */
  change(store: keyof S & string, make: (at: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const tx = this.db.transaction(store, 'readwrite', { durability: 'strict' })
      let failure: unknown
      tx.oncomplete = () => resolve()
      tx.onabort = () => reject(failure ?? tx.error)
      try {
        make(tx.objectStore(store))
      } catch (thrown) {
        // A value that cannot be cloned throws before the browser knows of a failure: it would commit the rest.
        failure = thrown
        tx.abort()
      }
    })
  }

  close(): void {
    this.db.close()
  }

  private read(store: string): IDBObjectStore {
    return this.db.transaction(store).objectStore(store)
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
