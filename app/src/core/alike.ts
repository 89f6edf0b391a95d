// Photos that look like those of an entry, asked of the server each time: which ones is nowhere on the phone.
import { requestJson } from './net'
import type { Pictured } from './pictures'
import type { Alike, AlikeItem } from './views'

export interface AlikeTile extends Pictured {
  entry: string
  title: string
  barred: boolean
}

export interface AlikeTiles {
  same: AlikeTile[]
  near: AlikeTile[]
}

const tileOf = ({ media, entry, title, caption, barred, thumb_hash }: AlikeItem): AlikeTile => ({
  id: media,
  entry,
  title,
  caption,
  barred,
  kind: 'photo',
  own: false,
  picture: 'ready',
  ...(thumb_hash && { thumbHash: thumb_hash }),
})

/** Each group holds a photo of the entry; with `media`, only that photo's. */
export async function alikeOf(entry: string, media?: string): Promise<AlikeTiles[]> {
  const { groups } = await requestJson<Alike>(`/entries/${entry}/alike`)
  const tiles = groups.map(({ same, near }) => ({ same: same.map(tileOf), near: near.map(tileOf) }))
  return media ? tiles.filter(({ same }) => same.some(({ id }) => id === media)) : tiles
}
