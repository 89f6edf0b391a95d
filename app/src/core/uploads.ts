// Sends files in the order the rules give. One tab sends at a time; how far each file has come is the engine's to keep.

import { reactive } from 'vue'
import { account } from './account'
import { finishCaptures } from './capture'
import { on, tell, view } from './engine'
import { readFile } from './files'
import { preferences } from './preferences'
import { ProblemError } from './problem'
import { session } from './session'
import { withAccount } from './store'
import { send } from './transfer'
import type { UploadStep, UploadTask } from './views'

/** Looks for new work now and then, whatever else happens. */
const PAUSE_MS = 30_000
/** Above this the screen is kept on: a phone that sleeps stops sending. */
const WAKE_BYTES = 20 << 20
/** The server no longer knows the upload, or the bytes must be read anew. */
const BEGIN_ANEW = new Set(['not_found', 'upload_expired', 'hash_mismatch', 'wrong_offset'])
/** Nobody's fault: the same try later may work. */
const TRANSIENT = new Set(['storage_full', 'unavailable', 'too_many_requests', 'internal', 'signed_out'])

/** Progress of the file that goes now: faster than the engine's rows, which hold what was acknowledged. */
export const sending = reactive({
  media: '',
  sentBytes: 0,
  /** Originals wait for Wi-Fi by the person's own choice. */
  waitsForWifi: false,
})

function metered(): boolean {
  const link = (navigator as Navigator & { connection?: { type?: string; saveData?: boolean } }).connection
  return link?.type === 'cellular' || link?.saveData === true
}

/** The bytes of a task as they lie on the phone. */
async function bytesOf({ media, role }: UploadTask): Promise<Blob | undefined> {
  if (role === 'original') return readFile(session.account, media)
  const file = await withAccount(session.account, (db) => db.get('file', media))
  return file?.sketch && new Blob([file.sketch])
}

/** What a failed try means for the upload. */
export function stepAfter(failure: unknown): UploadStep {
  if (!(failure instanceof ProblemError)) return { is: 'failed', problem: 'network', transient: true }
  if (BEGIN_ANEW.has(failure.code)) return { is: 'lost', problem: failure.code }
  return { is: 'failed', problem: failure.code, transient: TRANSIENT.has(failure.code) }
}

const report = ({ media, role }: UploadTask, step: UploadStep) => tell({ is: 'upload', media, role, step })

/** Sends one task; `false` where there is no use in going on with the next. */
async function sendTask(task: UploadTask): Promise<boolean> {
  const bytes = await bytesOf(task)
  if (!bytes || (task.role === 'original' && bytes.size !== task.sizeBytes)) {
    await tell({ is: 'fileLost', media: task.media })
    return true
  }
  const wake = bytes.size > WAKE_BYTES ? await navigator.wakeLock?.request('screen').catch(() => undefined) : undefined
  Object.assign(sending, { media: task.media, sentBytes: 0 })
  try {
    await send({
      task,
      bytes,
      onUrl: (url) => report(task, { is: 'progress', url, sentBytes: 0 }),
      onChunk: (url, sentBytes) => report(task, { is: 'progress', url, sentBytes }),
      onProgress: (sentBytes) => {
        if (task.role === 'original') sending.sentBytes = sentBytes
      },
    })
    await report(task, { is: 'sent' })
    return true
  } catch (failure) {
    const step = stepAfter(failure)
    await report(task, step)
    return step.is === 'lost' || (step.is === 'failed' && !step.transient)
  } finally {
    sending.media = ''
    await wake?.release()
  }
}

async function drain(): Promise<void> {
  sending.waitsForWifi = preferences.originalsOnWifiOnly && metered()
  for (;;) {
    const tasks = await view('uploads', {})
    const task = tasks.find(({ role }) => role === 'sketch' || !sending.waitsForWifi)
    if (!task || !navigator.onLine || !(await sendTask(task))) return
  }
}

/** Sends what may be sent, until nothing is left or the server cannot be reached. */
export async function sendFiles(): Promise<void> {
  if (session.status !== 'signedIn' || account.otherTab || !account.me) return
  await navigator.locks.request(`uploads-${session.account}`, { ifAvailable: true }, async (lock) => {
    if (lock) await drain()
  })
}

/** Sends at start, when the signal or the app comes back, after changes, and now and then. */
export function keepSending(): void {
  const soon = () => void sendFiles().catch((failure: unknown) => console.warn('uploads', String(failure)))
  addEventListener('online', soon)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && soon())
  on('changed', soon)
  setInterval(soon, PAUSE_MS)
  void finishCaptures().finally(soon)
}
