// The devices signed in to one's account; asked of the server each time.
import { request, requestJson } from './net'

export interface DeviceRow {
  id: string
  name: string
  /** Last contact in ms since 1970 UTC. */
  seenAt: number
  /** The one in hand. */
  current: boolean
}

interface ListedDevice {
  id: string
  name: string
  this: boolean
  seen_at: number
  revoked_at?: number
}

/** Every living device of the account. */
export async function listDevices(): Promise<DeviceRow[]> {
  const list = await requestJson<ListedDevice[]>('/devices')
  return list
    .filter(({ revoked_at }) => !revoked_at)
    .map(({ id, name, seen_at, this: current }) => ({ id, name, seenAt: seen_at, current }))
}

/** Ends a device's access; what it has not sent stays on it. */
export async function revokeDevice(id: string): Promise<void> {
  await request(`/devices/${id}/revoke`, { method: 'POST' })
}
