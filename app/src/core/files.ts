// Media bytes on this phone: written by one worker, read anywhere.
import { Calls } from './calls'

export interface StoredFile {
  sizeBytes: number
  /** Lower-case hex over the bytes as they now lie on the phone. */
  sha256: string
}

export interface DrawnSketch extends StoredFile {
  bytes: ArrayBuffer
}

export type FileQuestion =
  | { ask: 'write'; account: string; name: string; source: Blob }
  | { ask: 'remove'; account: string; name: string }
  | { ask: 'list'; account: string }
  | { ask: 'sketch'; picture: Blob | ImageBitmap; bytesMax: number }

let calls: Calls<FileQuestion> | undefined

function worker(): Calls<FileQuestion> {
  calls ??= new Calls(new Worker(new URL('./files.worker.ts', import.meta.url), { type: 'module', name: 'files' }))
  return calls
}

/** Copies bytes to the phone's own store; flushed and hashed when the promise resolves. */
export const writeFile = (account: string, name: string, source: Blob): Promise<StoredFile> =>
  worker().ask({ ask: 'write', account, name, source })

/** Deletes a file; nothing happens where there is none. */
export const removeFile = (account: string, name: string): Promise<void> =>
  worker().ask({ ask: 'remove', account, name })

/** Names of all files of an account. */
export const listFiles = (account: string): Promise<string[]> => worker().ask({ ask: 'list', account })

/** Draws a picture small; `undefined` where this browser cannot decode it. */
export function drawSketch(picture: Blob | ImageBitmap, bytesMax: number): Promise<DrawnSketch | undefined> {
  const transfer = picture instanceof Blob ? [] : [picture]
  return worker().ask({ ask: 'sketch', picture, bytesMax }, transfer)
}

/** The stored bytes, or `undefined` where they are gone from the phone. */
export async function readFile(account: string, name: string): Promise<File | undefined> {
  try {
    const root = await navigator.storage.getDirectory()
    const folder = await (await root.getDirectoryHandle('media')).getDirectoryHandle(account)
    return await (await folder.getFileHandle(name)).getFile()
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'NotFoundError') return undefined
    throw failure
  }
}
