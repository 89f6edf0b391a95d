// Whole files out of the archive, into the person's own folder.
import { readFile } from './files'
import { API, accessToken, request } from './net'
import { session } from './session'
import type { Download, MediaView } from './views'

/** Originals may be large: this is for the first byte and all that follow. */
const DEADLINE_MS = 10 * 60_000

export type Wanted = Download

/** The bytes as they lie on this phone, or `undefined`. */
export const mediaBytes = (id: string): Promise<File | undefined> => readFile(session.account, id)

/** Where a clip or voice is played from: this phone's own bytes, or the server's copy; `undefined` where there is none. */
export async function playAddress(media: Pick<MediaView, 'id' | 'kind' | 'playable'>): Promise<string | undefined> {
  if (media.kind === 'photo') return undefined
  const local = await mediaBytes(media.id)
  if (local) return URL.createObjectURL(local)
  if (!media.playable) return undefined
  try {
    await accessToken() // renews the cookie by which the player asks
    return `${API}/media/${media.id}/play`
  } catch {
    return undefined // no signal
  }
}

/** Downloads an item and hands it to the browser as a file. The exact bytes may want a reason, which is kept. */
export async function downloadMedia(media: Pick<MediaView, 'id'>, role: Wanted, reason?: string): Promise<void> {
  const query = reason === undefined ? '' : `?${new URLSearchParams({ reason })}`
  const response = await request(`/media/${media.id}/${role}${query}`, { deadlineMs: DEADLINE_MS })
  hand(await response.blob(), nameOf(response) ?? media.id)
}

function nameOf(response: Response): string | undefined {
  const header = response.headers.get('content-disposition') ?? ''
  const wide = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1]
  if (wide) return decodeURIComponent(wide)
  return /filename="([^"]+)"/i.exec(header)?.[1]
}

/** Gives bytes to the person as a file. */
export function hand(bytes: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(bytes)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), DEADLINE_MS)
}
