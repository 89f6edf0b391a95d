// The queue of files: sketches first, then photos from the smallest, voices, clips. One tab sends at a time. A file
// that fails three times stands aside and the next one goes on; only a person removes it.
import { reactive } from 'vue'
import { account } from './account'
import { forgetMedia } from './capture'
import { onChange } from './engine'
import { readFile } from './files'
import { ProblemError, Unreachable } from './net'
import { preferences } from './preferences'
import { session } from './session'
import { type AccountDatabase, type LocalMedia, openAccount, putMedia, type Transfer } from './store'
import { send } from './transfer'

const TRIES_MAX = 3
const PAUSE_MS = 30_000
/** Above this the screen is kept on: a phone that sleeps stops sending. */
const WAKE_BYTES = 20 << 20
/** The entry's text is not at the server yet; the file waits without a failure. */
const NOT_YET = new Set(['not_found', 'unknown_record', 'storage_full', 'unavailable', 'too_many_requests'])
/** The server no longer knows the upload. */
const BEGIN_ANEW = new Set(['not_found', 'upload_expired', 'hash_mismatch', 'wrong_offset'])
const ORDER = { photo: 0, voice: 1, clip: 2 }

export interface QueuedFile {
  id: string
  entry: string
  kind: LocalMedia['kind']
  name: string
  sizeBytes: number
  addedAt: number
  original: Transfer
  sketch?: Transfer
}

export const uploads = reactive({
  files: [] as QueuedFile[],
  /** Originals wait for Wi-Fi by the person's own choice. */
  waitsForWifi: false,
})

type Role = 'original' | 'sketch'

const transferOf = (media: LocalMedia, role: Role) => (role === 'sketch' ? media.sketch?.transfer : media.original)

function show(rows: LocalMedia[]): void {
  uploads.files = rows
    .sort((a, b) => b.addedAt - a.addedAt)
    .map(({ id, entry, kind, name, sizeBytes, addedAt, original, sketch }) => ({
      id,
      entry,
      kind,
      name,
      sizeBytes,
      addedAt,
      original,
      ...(sketch && { sketch: sketch.transfer }),
    }))
  account.unsentFiles = rows.filter(({ original }) => original.state !== 'sent').length
  account.unsent = account.unsentOps + account.unsentFiles
}

/** What goes next: every sketch before any original. */
export function order(rows: LocalMedia[]): { media: LocalMedia; role: Role }[] {
  const open = (transfer: Transfer | undefined) =>
    transfer !== undefined && transfer.state !== 'sent' && transfer.tries < TRIES_MAX
  const sketches = rows
    .filter(({ sketch }) => open(sketch?.transfer))
    .map((media) => ({ media, role: 'sketch' as const }))
  const originals = rows
    .filter(({ original }) => open(original))
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.sizeBytes - b.sizeBytes)
    .map((media) => ({ media, role: 'original' as const }))
  return [...sketches, ...originals]
}

function meteredNow(): boolean {
  const link = (navigator as Navigator & { connection?: { type?: string; saveData?: boolean } }).connection
  return link?.type === 'cellular' || link?.saveData === true
}

async function update(db: AccountDatabase, id: string, role: Role, change: Partial<Transfer>): Promise<void> {
  const media = await db.get('media', id)
  const transfer = media && transferOf(media, role)
  if (!media || !transfer) return
  Object.assign(transfer, change)
  await putMedia(db, media)
  show(await db.getAll('media'))
}

async function sendOne(db: AccountDatabase, media: LocalMedia, role: Role): Promise<void> {
  const transfer = transferOf(media, role)
  const bytes = role === 'sketch' ? new Blob([media.sketch?.bytes ?? '']) : await readFile(session.account, media.id)
  if (!transfer) return
  if (!bytes) return update(db, media.id, role, { state: 'failed', tries: TRIES_MAX, problem: 'bytes_missing' })
  const wake = bytes.size > WAKE_BYTES ? await navigator.wakeLock?.request('screen').catch(() => undefined) : undefined
  try {
    await update(db, media.id, role, { state: 'sending' })
    await send({
      media: media.id,
      role,
      sha256: role === 'sketch' ? (media.sketch?.sha256 ?? '') : media.sha256,
      bytes,
      ...(transfer.url && { url: transfer.url }),
      onUrl: (url) => update(db, media.id, role, { url }),
      onProgress: (sentBytes) => progress(media.id, role, sentBytes),
    })
    await update(db, media.id, role, { state: 'sent', sentBytes: bytes.size })
  } catch (failure) {
    await update(db, media.id, role, after(failure, transfer))
    throw failure
  } finally {
    await wake?.release()
  }
}

function progress(id: string, role: Role, sentBytes: number): void {
  const file = uploads.files.find((one) => one.id === id)
  const transfer = role === 'sketch' ? file?.sketch : file?.original
  if (transfer) transfer.sentBytes = sentBytes
}

/** What a failed try leaves behind. */
export function after(failure: unknown, { tries }: Transfer): Partial<Transfer> {
  if (!(failure instanceof ProblemError)) return { state: 'waiting' }
  const anew = BEGIN_ANEW.has(failure.code) ? { url: undefined as never, sentBytes: 0 } : {}
  if (NOT_YET.has(failure.code)) return { state: 'waiting', problem: failure.code, ...anew }
  const count = tries + 1
  return { state: count < TRIES_MAX ? 'waiting' : 'failed', tries: count, problem: failure.code, ...anew }
}

/** Sends what waits, until nothing is left or the server cannot be reached. */
export async function sendFiles(): Promise<void> {
  if (session.status !== 'signedIn') return
  await navigator.locks.request(`uploads-${session.account}`, { ifAvailable: true }, async (lock) => {
    const db = await openAccount(session.account)
    try {
      const rows = await db.getAll('media')
      show(rows)
      if (!lock || !navigator.onLine) return
      uploads.waitsForWifi = preferences.originalsOnWifiOnly && meteredNow()
      for (const { media, role } of order(rows)) {
        if (media.unnamed || (role === 'original' && uploads.waitsForWifi)) continue
        try {
          await sendOne(db, media, role)
        } catch (failure) {
          if (failure instanceof Unreachable) return
          if (!(failure instanceof ProblemError)) throw failure
          if (failure.status === 401) return
        }
      }
    } finally {
      db.close()
    }
  })
}

/** Takes a failed file back into the queue. */
export async function retryFile(id: string): Promise<void> {
  const db = await openAccount(session.account)
  for (const role of ['sketch', 'original'] as const) {
    const media = await db.get('media', id)
    if (media && transferOf(media, role)?.state === 'failed') await update(db, id, role, { state: 'waiting', tries: 0 })
  }
  db.close()
  await sendFiles()
}

/** Removes a file from this phone for good; the caller has asked. */
export async function removeQueued(id: string): Promise<void> {
  await forgetMedia(id)
  uploads.files = uploads.files.filter((file) => file.id !== id)
  await sendFiles()
}

/** Deletes originals that the server holds; their pictures come from the server from then on. */
export async function freeSent(): Promise<void> {
  for (const file of uploads.files.filter(({ original }) => original.state === 'sent')) await forgetMedia(file.id)
  await sendFiles()
}

/** Sends at start, when the signal or the app comes back, after changes, and now and then. */
export function keepSending(): void {
  const soon = () => void sendFiles()
  addEventListener('online', soon)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && soon())
  onChange(soon)
  setInterval(soon, PAUSE_MS)
  soon()
}
