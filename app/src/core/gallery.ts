// Approved media of a branch, page by page from the server; nothing of it is kept on the desktop.
import { requestJson } from './net'
import type { Pictured } from './pictures'
import type { ActivityKind, GalleryItem, GalleryPage, Phase } from './views'

export interface GalleryAsk {
  branch: string
  kind?: ActivityKind
  phase?: Phase
  /** Local days as `2019-09-21`, both included. */
  from?: string
  to?: string
  after?: string
}

export interface GalleryTile extends Pictured {
  entry: string
  playable: boolean
  title: string
  /** Local day the entry began, in days since 1970. */
  day: number
  phase?: Phase
  taken?: string
}

export interface TilePage {
  items: GalleryTile[]
  /** Where the next page begins; absent on the last. */
  next?: string
}

const itemOf = ({
  media,
  entry,
  title,
  day,
  kind,
  phase,
  caption,
  derived,
  playable,
  taken,
  thumb_hash,
}: GalleryItem): GalleryTile => ({
  id: media,
  entry,
  title,
  day,
  kind,
  caption,
  own: false,
  playable,
  picture: derived === 'ready' ? 'ready' : 'sketch',
  ...(phase && { phase }),
  ...(taken && { taken }),
  ...(thumb_hash && { thumbHash: thumb_hash }),
})

/** One page of a branch's gallery, latest day first. */
export async function galleryPage({ branch, ...filters }: GalleryAsk): Promise<TilePage> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, String(value))
  const page = await requestJson<GalleryPage>(`/branches/${branch}/gallery?${query}`)
  return { items: page.items.map(itemOf), ...(page.next && { next: page.next }) }
}
