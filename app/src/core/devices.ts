// Devices signed in to an account; asked of the server each time.
import { request, requestJson } from './net'
import type { Device } from './views'

const living = (devices: Device[]): Device[] => devices.filter(({ revoked_at }) => !revoked_at)

/** Every living device of one's own. */
export const listDevices = async (): Promise<Device[]> => living(await requestJson('/devices'))

/** Every living device of an account, for administrators. */
export const listDevicesOf = async (account: string): Promise<Device[]> =>
  living(await requestJson(`/accounts/${account}/devices`))

/** Ends a device's access; what it has not sent stays on it. */
export async function revokeDevice(id: string): Promise<void> {
  await request(`/devices/${id}/revoke`, { method: 'POST' })
}
