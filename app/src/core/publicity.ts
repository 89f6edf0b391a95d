// What one lets be published of oneself; told to the server at once, since others act on it.
import { request } from './net'
import type { Publicity } from './views'

/** Replaces the whole choice; the phone's own copy follows by the next pull. */
export async function choosePublicity(said: Publicity): Promise<void> {
  await request('/me/publicity', { method: 'PUT', body: said })
}
