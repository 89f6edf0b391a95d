// Pictures to show: from this phone's own copy, from what was kept of the server's, or fetched and kept, so that a list
// seen once is seen offline too. Addresses are of blobs and live as long as the page.

import { on } from './engine'
import { readFile } from './files'
import { API, accessToken } from './net'
import { session } from './session'
import { withAccount } from './store'
import type { MediaView } from './views'

/** What must be known of an item to show it. */
export type Pictured = Pick<MediaView, 'id' | 'kind' | 'caption' | 'picture' | 'own' | 'thumbHash'>

export type PictureSize = 'thumb' | 'preview'

/** Small enough to be kept on the phone. */
const KEPT_BYTES_MAX = 128 * 1024
const FETCH_DEADLINE_MS = 20_000

const shown = new Map<string, Promise<string | undefined>>()

/** The address of a picture of the item, or `undefined` where there is none yet. */
export function picture(media: Pictured, size: PictureSize): Promise<string | undefined> {
  const key = `${media.id}/${size}/${media.picture}`
  const known = shown.get(key)
  if (known) return known
  const found = find(media, size).then((blob) => {
    if (!blob) shown.delete(key)
    return blob && URL.createObjectURL(blob)
  })
  shown.set(key, found)
  return found
}

async function find(media: Pictured, size: PictureSize): Promise<Blob | undefined> {
  if (size === 'preview' && media.kind === 'photo' && media.own) {
    const original = await readFile(session.account, media.id)
    if (original) return original
  }
  const id = `${media.id}/${size}/${media.picture}`
  return withAccount(session.account, async (db) => {
    const kept = await db.get('picture', id)
    if (kept) return new Blob([kept.bytes], { type: kept.mime })
    const sketch = (await db.get('file', media.id))?.sketch
    if (sketch) return new Blob([sketch], { type: 'image/jpeg' })
    const fetched = await fetchPicture(media, size)
    if (fetched && fetched.size <= KEPT_BYTES_MAX) {
      await db.put('picture', { id, mime: fetched.type, bytes: await fetched.arrayBuffer() })
    }
    return fetched
  })
}

async function fetchPicture(media: Pictured, size: PictureSize): Promise<Blob | undefined> {
  if (media.kind === 'voice') return undefined
  if (media.picture !== 'ready' && media.picture !== 'sketch') return undefined
  const role = media.picture === 'ready' ? size : 'sketch'
  try {
    const response = await fetch(`${API}/media/${media.id}/${role}`, {
      headers: { authorization: `Bearer ${await accessToken()}` },
      signal: AbortSignal.timeout(FETCH_DEADLINE_MS),
    })
    return response.ok ? await response.blob() : undefined
  } catch {
    return undefined // no signal: the next look tries again
  }
}

/** Fetches small pictures ahead, so that they can be looked at without signal. */
export async function keepPictures(media: readonly Pictured[]): Promise<void> {
  for (const item of media) if (item.kind !== 'voice') await picture(item, 'thumb')
}

/** Takes every picture of an item off this phone: its record has left, by a withdrawal, a removal or another branch. */
async function dropPictures(media: string): Promise<void> {
  const prefix = `${media}/`
  for (const [key, address] of shown) {
    if (!key.startsWith(prefix)) continue
    shown.delete(key)
    void address.then((known) => known && URL.revokeObjectURL(known))
  }
  // Ids are hexadecimal: everything with this prefix sorts before the next character after the slash.
  await withAccount(session.account, (db) => db.delete('picture', IDBKeyRange.bound(prefix, `${media}0`, false, true)))
}

on('hide', (media) => {
  for (const id of media) void dropPictures(id)
})
