// The devices signed in to one's account; asked of the server each time.
import { readSession } from './device'
import { request, requestJson } from './net'

export interface Device {
  id: string
  name: string
  /** Last contact in ms since 1970 UTC. */
  seenAt: number
  /** The one in hand. */
  current: boolean
}

/** Every living device of the account. */
export async function listDevices(): Promise<Device[]> {
  const current = (await readSession())?.device
  const list = await requestJson<{ devices: { id: string; name: string; seen_at: number }[] }>('/devices')
  return list.devices.map(({ id, name, seen_at }) => ({ id, name, seenAt: seen_at, current: id === current }))
}

/** Ends a device's access; what it has not sent stays on it. */
export async function revokeDevice(id: string): Promise<void> {
  await request(`/devices/${id}`, { method: 'DELETE' })
}
