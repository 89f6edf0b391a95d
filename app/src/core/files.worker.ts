/// <reference lib="webworker" />
// The one writer of media bytes. They lie in OPFS as `media/<account>/<name>`, flushed and hashed before anything
// names them. Sketches are drawn here too, because decoding a photo would make the screen stutter.
import { answerCalls } from './answers'
import type { DrawnSketch, FileQuestion, StoredFile } from './files'
import init, { Sha256 } from './wasm/miaopu_wasm'
import wasmUrl from './wasm/miaopu_wasm_bg.wasm?url'

const ready = init({ module_or_path: wasmUrl })

/** 4 MiB: large steps copy faster, and a phone never holds more of a video than this. */
const STEP_BYTES = 4 << 20
/** Longest side of a sketch, tried in turn with falling quality until it is small enough. */
const SKETCH_TRIES = [
  { side: 960, quality: 0.6 },
  { side: 800, quality: 0.5 },
  { side: 640, quality: 0.45 },
  { side: 480, quality: 0.4 },
  { side: 320, quality: 0.3 },
]

async function folder(account: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  const media = await root.getDirectoryHandle('media', { create: true })
  return media.getDirectoryHandle(account, { create: true })
}

/** Copies a file piece by piece, hashing on the way; resolves once the bytes are flushed. */
async function write(account: string, name: string, source: Blob): Promise<StoredFile> {
  const file = await (await folder(account)).getFileHandle(name, { create: true })
  const handle = await file.createSyncAccessHandle()
  const hash = new Sha256()
  try {
    handle.truncate(0)
    for (let at = 0; at < source.size; at += STEP_BYTES) {
      const piece = new Uint8Array(await source.slice(at, at + STEP_BYTES).arrayBuffer())
      // A full disk may show as a short write instead of an exception.
      if (handle.write(piece, { at }) !== piece.length) throw new DOMException('short write', 'QuotaExceededError')
      hash.update(piece)
    }
    handle.flush()
    return { sizeBytes: handle.getSize(), sha256: hash.hex() }
  } finally {
    handle.close()
  }
}

async function hashOf(source: Blob): Promise<StoredFile> {
  const hash = new Sha256()
  for (let at = 0; at < source.size; at += STEP_BYTES) {
    hash.update(new Uint8Array(await source.slice(at, at + STEP_BYTES).arrayBuffer()))
  }
  return { sizeBytes: source.size, sha256: hash.hex() }
}

async function remove(account: string, name: string): Promise<void> {
  try {
    await (await folder(account)).removeEntry(name)
  } catch (failure) {
    if (!(failure instanceof DOMException && failure.name === 'NotFoundError')) throw failure
  }
}

async function list(account: string): Promise<string[]> {
  const names: string[] = []
  for await (const name of (await folder(account)).keys()) names.push(name)
  return names
}

/** A small JPEG of a picture, or `undefined` where this browser cannot decode it: then the server's preview serves. */
async function sketch(picture: Blob | ImageBitmap, bytesMax: number): Promise<DrawnSketch | undefined> {
  const bitmap = picture instanceof Blob ? await createImageBitmap(picture).catch(() => undefined) : picture
  if (!bitmap) return undefined
  try {
    for (const { side, quality } of SKETCH_TRIES) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
      const canvas = new OffscreenCanvas(
        Math.max(1, Math.round(bitmap.width * scale)),
        Math.max(1, Math.round(bitmap.height * scale)),
      )
      const context = canvas.getContext('2d', { alpha: false })
      if (!context) return undefined
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality })
      if (blob.size <= bytesMax) return { bytes: await blob.arrayBuffer(), ...(await hashOf(blob)) }
    }
    return undefined
  } finally {
    bitmap.close()
  }
}

answerCalls<FileQuestion>(self, async (question) => {
  await ready
  switch (question.ask) {
    case 'write':
      return write(question.account, question.name, question.source)
    case 'remove':
      return remove(question.account, question.name)
    case 'list':
      return list(question.account)
    case 'sketch':
      return sketch(question.picture, question.bytesMax)
  }
})
