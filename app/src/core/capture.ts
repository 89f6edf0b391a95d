// From what a chooser, camera or microphone hands over to an item of an entry: bytes on disk and hashed first, then the
// row that knows them, then the op that names them. A phone killed in between finishes at its next start.
import { account } from './account'
import { act, on } from './engine'
import { type DrawnSketch, drawSketch, removeFile, writeFile } from './files'
import { newId } from './ids'
import { session } from './session'
import { askToPersist } from './storage'
import { type LocalFile, putFile, withAccount } from './store'
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

async function sketchOf(kind: MediaKind, bytes: Blob): Promise<DrawnSketch | undefined> {
  if (kind === 'voice') return undefined
  const picture = kind === 'clip' ? await clipPicture(bytes) : bytes
  return picture && drawSketch(picture, account.lists?.sketchBytesMax ?? 0)
}

/** Keeps one file and adds it to the entry. Fails with `TooLarge`, or as the phone's storage or the rules do. */
export async function capture(entry: string, phase: Phase, picked: Picked): Promise<void> {
  const kind = kindOf(picked)
  const bytesMax = account.lists?.mediaBytesMax[kind] ?? 0
  if (picked.bytes.size > bytesMax) throw new TooLarge(picked.name, bytesMax)
  const id = newId()
  const { sizeBytes, sha256 } = await writeFile(session.account, id, picked.bytes)
  const sketch = await sketchOf(kind, picked.bytes)
  const { name, source, modifiedAt } = picked
  const mime = picked.bytes.type
  const command: Command = {
    do: 'addMedia',
    entry,
    media: id,
    kind,
    sha256,
    sizeBytes,
    values: { phase },
    provenance: {
      source,
      name,
      mime,
      offset: -new Date().getTimezoneOffset(),
      ...(modifiedAt !== undefined && { modified_at: modifiedAt }),
      ...(sketch && { sketch: sketch.sha256 }),
    },
  }
  const file: LocalFile = { id, entry, name, mime, unnamed: command }
  if (sketch) file.sketch = sketch.bytes
  await withAccount(session.account, (db) => putFile(db, file))
  await addToEntry(file)
  void askToPersist()
}

/** Gives the command that adds a stored file to its entry, then forgets that it was owed. */
async function addToEntry(file: LocalFile): Promise<void> {
  if (!file.unnamed) return
  await act(file.unnamed)
  const { unnamed: _given, ...named } = file
  await withAccount(session.account, (db) => putFile(db, named))
}

/** Finishes what a killed app had begun. A file whose entry no longer takes it stays on the phone. */
export async function finishCaptures(): Promise<void> {
  if (session.status !== 'signedIn') return
  const files = await withAccount(session.account, (db) => db.getAll('file'))
  for (const file of files) await addToEntry(file).catch(() => {})
}

/** Takes a file off this phone, bytes and all. */
export async function forgetFile(id: string): Promise<void> {
  await withAccount(session.account, (db) => db.delete('file', id))
  await removeFile(session.account, id)
}

/** Files that the engine no longer needs leave the phone. */
on('forget', async (media) => {
  for (const id of media) await forgetFile(id)
})
