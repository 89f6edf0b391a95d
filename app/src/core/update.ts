// New versions of the app: found by the service worker, taken only when the person says so.
import { registerSW } from 'virtual:pwa-register'
import { ref } from 'vue'

/** A new version waits. */
export const updateWaits = ref(false)
/** Everything the app needs lies on this phone. */
export const offlineReady = ref(false)

/** Safari may not report the new worker, so the page reloads by itself after this long. */
const RELOAD_AFTER_MS = 2000

let activate: (reload?: boolean) => Promise<void> = async () => {}

/** Registers the service worker; once, at start. */
export function watchForUpdates(): void {
  activate = registerSW({
    onNeedRefresh: () => {
      updateWaits.value = true
    },
    onOfflineReady: () => {
      offlineReady.value = true
    },
  })
}

/** Switches to the new version and reloads. Drafts are stored at every pause, so nothing is lost. */
export async function takeUpdate(): Promise<void> {
  setTimeout(() => location.reload(), RELOAD_AFTER_MS)
  await activate(true)
}
