// Ids made on this phone.

const RANDOM_BYTES = 10

/** A UUIDv7: 48 bits of milliseconds, then chance, so that newer ids sort later. */
export function newId(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0')
  const chance = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))
  chance[0] = ((chance[0] ?? 0) & 0x0f) | 0x70 // version 7
  chance[2] = ((chance[2] ?? 0) & 0x3f) | 0x80 // variant of RFC 9562
  const rest = Array.from(chance, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const digits = time + rest
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, digits)
}
