// Whether the server can be reached and when the phone last heard everything. A failing request decides, not the
// browser's guess.
import { reactive } from 'vue'

export const connection = reactive({
  online: navigator.onLine,
  syncing: false,
  /** Moment of the last complete pull, in ms; `undefined` before the first. */
  lastSyncAt: undefined as number | undefined,
})

addEventListener('offline', () => {
  connection.online = false
})
addEventListener('online', () => {
  connection.online = true
})
