// The phone's position, asked for by a tap and rounded before anything else sees it.
import type { Point } from '@/core/views'

const DEADLINE_MS = 15_000
const HUNDREDTHS = 100

/** The rounded position, or `undefined` where it was refused or not found. */
export function currentPoint(): Promise<Point | undefined> {
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          lat_centi: Math.round(coords.latitude * HUNDREDTHS),
          lon_centi: Math.round(coords.longitude * HUNDREDTHS),
        }),
      () => resolve(undefined),
      { timeout: DEADLINE_MS, maximumAge: 0 },
    )
  })
}
