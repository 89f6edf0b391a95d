// From what a chooser, camera or microphone hands over to an item of an entry: bytes on disk and hashed first, then the
// row that knows them, then the op that names them. A phone killed in between finishes at its next start.
import { account } from './account'
import { act } from './engine'
import { drawSketch, removeFile, type Sketch, writeFile } from './files'
import { newId } from './ids'
import { session } from './session'
import { askToPersist } from './storage'
import { type LocalMedia, openAccount, putMedia, type Transfer } from './store'
import type { Command, MediaKind, Phase } from './views'

export type Source = 'camera' | 'picker' | 'file' | 'recorder' | 'drop'

export interface Picked {
  bytes: Blob
  name: string
  source: Source
  modifiedAt?: number
}

/** Over the limit of its kind. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  constructor(
    readonly file: string,
    readonly bytesMax: number,
  ) {
    super(file)
  }
}

const CLIP_NAME = /\.(mp4|mov|m4v|webm|3gp|mkv)$/i
const VOICE_NAME = /\.(m4a|mp3|aac|ogg|opus|wav|amr)$/i
/** A clip's first picture is often black. */
const CLIP_MOMENT_S = 0.5
const CLIP_DEADLINE_MS = 5000

function kindOf({ bytes, name }: Picked): MediaKind {
  if (bytes.type.startsWith('video/') || CLIP_NAME.test(name)) return 'clip'
  if (bytes.type.startsWith('audio/') || VOICE_NAME.test(name)) return 'voice'
  return 'photo'
}

/** A picture out of a clip, or `undefined` where this browser cannot play it. */
function clipPicture(clip: Blob): Promise<ImageBitmap | undefined> {
  return new Promise((resolve) => {
    const player = document.createElement('video')
    const address = URL.createObjectURL(clip)
    const end = (picture?: ImageBitmap) => {
      clearTimeout(deadline)
      URL.revokeObjectURL(address)
      resolve(picture)
    }
    const deadline = setTimeout(end, CLIP_DEADLINE_MS)
    player.muted = true
    player.playsInline = true
    player.onerror = () => end()
    player.onloadeddata = () => {
      player.currentTime = Math.min(CLIP_MOMENT_S, player.duration / 2)
    }
    player.onseeked = () => createImageBitmap(player).then(end, () => end())
    player.src = address
  })
}

async function sketchOf(kind: MediaKind, bytes: Blob): Promise<Sketch | undefined> {
  if (kind === 'voice') return undefined
  const picture = kind === 'clip' ? await clipPicture(bytes) : bytes
  return picture && drawSketch(picture, account.lists?.sketchBytesMax ?? 0)
}

const waiting = (): Transfer => ({ state: 'waiting', sentBytes: 0, tries: 0 })

/** Keeps one file and adds it to the entry. Fails with `TooLarge`, or as the phone's storage fails. */
export async function capture(entry: string, phase: Phase, picked: Picked): Promise<void> {
  const kind = kindOf(picked)
  const bytesMax = account.lists?.mediaBytesMax[kind] ?? 0
  if (picked.bytes.size > bytesMax) throw new TooLarge(picked.name, bytesMax)
  const id = newId()
  const { sizeBytes, sha256 } = await writeFile(session.account, id, picked.bytes)
  const sketch = await sketchOf(kind, picked.bytes)
  const command: Command = {
    do: 'addMedia',
    entry,
    media: id,
    kind,
    sha256,
    sizeBytes,
    values: { phase },
    provenance: {
      source: picked.source,
      name: picked.name,
      mime: picked.bytes.type,
      modified_at: picked.modifiedAt ?? null,
      offset: -new Date().getTimezoneOffset(),
      sketch: sketch?.sha256 ?? null,
    },
  }
  const row: LocalMedia = {
    id,
    entry,
    kind,
    name: picked.name,
    mime: picked.bytes.type,
    sizeBytes,
    sha256,
    addedAt: Date.now(),
    original: waiting(),
    unnamed: command,
  }
  if (sketch) row.sketch = { ...sketch, transfer: waiting() }
  const db = await openAccount(session.account)
  await putMedia(db, row)
  await name(row)
  db.close()
  void askToPersist()
}

/** Gives the op that names a stored item, then forgets that it was owed. */
async function name(row: LocalMedia): Promise<void> {
  if (!row.unnamed) return
  await act(row.unnamed)
  const { unnamed: _done, ...named } = row
  const db = await openAccount(session.account)
  await putMedia(db, named)
  db.close()
}

/** Finishes what a killed app had begun. An item whose entry is gone stays in the queue for a person to decide. */
export async function finishCaptures(): Promise<void> {
  const db = await openAccount(session.account)
  const rows = await db.getAll('media')
  db.close()
  for (const row of rows) await name(row).catch(() => {})
}

/** Takes an item off this phone, bytes and all. */
export async function forgetMedia(id: string): Promise<void> {
  const db = await openAccount(session.account)
  await db.delete('media', id)
  db.close()
  await removeFile(session.account, id)
}

/** Takes every item of an entry off this phone: its draft was discarded. */
export async function removeFilesOf(entry: string): Promise<void> {
  const db = await openAccount(session.account)
  const ids = await db.getAllKeysFromIndex('media', 'entry', entry)
  db.close()
  for (const id of ids) await forgetMedia(id)
}
