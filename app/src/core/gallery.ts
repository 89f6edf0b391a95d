// Approved media of a branch, page by page from the server; nothing of it is kept on the desktop.
import { requestJson } from './net'
import type { MediaView } from './views'

export interface GalleryItem extends MediaView {
  entry: string
  title: string
  /** The entry's first local day, in days since 1970. */
  day: number
}

export interface GalleryAsk {
  branch: string
  kind?: string
  phase?: string
  from?: number
  to?: number
  after?: string
}

export interface GalleryPage {
  items: GalleryItem[]
  /** Where the next page begins; absent on the last. */
  next?: string
}

/** One page of a branch's gallery, newest first. */
export function galleryPage({ branch, ...filters }: GalleryAsk): Promise<GalleryPage> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, String(value))
  return requestJson<GalleryPage>(`/branches/${branch}/media?${query}`)
}
