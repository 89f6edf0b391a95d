// New versions of the app: found by the service worker, taken only when the person says so.
import { ref } from 'vue'

/** A new version waits. */
export const updateWaits = ref(false)

/** Safari may not report the new worker, so the page reloads by itself after this long. */
const RELOAD_AFTER_MS = 2000

let registration: ServiceWorkerRegistration | undefined

/** Registers the service worker; once, at start. Development has none. */
export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  try {
    registration = await navigator.serviceWorker.register('/sw.js')
  } catch (failure) {
    // Private modes have no service worker; without signal the one that runs goes on.
    console.warn('service worker', String(failure))
    return
  }
  watch(registration.waiting)
  watch(registration.installing)
  registration.addEventListener('updatefound', () => watch(registration?.installing ?? null))
}

/** The first worker of all replaces nothing, and needs nobody's word. */
function watch(worker: ServiceWorker | null): void {
  const look = () => {
    if (worker?.state === 'installed' && navigator.serviceWorker.controller) updateWaits.value = true
  }
  worker?.addEventListener('statechange', look)
  look()
}

/** Switches to the new version and reloads. Drafts are stored at every pause, so nothing is lost. */
export function takeUpdate(): void {
  const reload = () => location.reload()
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true })
  setTimeout(reload, RELOAD_AFTER_MS)
  registration?.waiting?.postMessage('take over')
}
