// How much of the phone the app uses and whether the system promised to keep it.
import { removeFile, writeFile } from './files'

export interface StorageState {
  /** Bytes in use. The free space a browser reports is an invention, so nobody is shown it. */
  usageBytes: number
  persisted: boolean
}

/** Asks the browser. */
export async function storageState(): Promise<StorageState> {
  const estimate = await navigator.storage?.estimate?.()
  const persisted = await navigator.storage?.persisted?.()
  return { usageBytes: estimate?.usage ?? 0, persisted: persisted ?? false }
}

/** Asks the browser to keep the data; worth asking after something was saved. */
export async function askToPersist(): Promise<void> {
  await navigator.storage?.persist?.()
}

const PROBE_BYTES = 64 * 1024

/** Whether this browser keeps what it is given: 64 kB written and read back. Private modes fail here. */
export async function canStore(): Promise<boolean> {
  try {
    const { sizeBytes } = await writeFile('probe', 'probe', new Blob([new Uint8Array(PROBE_BYTES)]))
    await removeFile('probe', 'probe')
    return sizeBytes === PROBE_BYTES
  } catch {
    return false
  }
}
