// Draws a ThumbHash (some 24 bytes made by the server) as a tiny picture, to be stretched until the thumb is there.
// Layout: six bits of mean light and colours, their scales, the shorter side's count of waves, then four bits a wave
// (github.com/evanw/thumbhash).

export interface Pixels {
  width: number
  height: number
  /** Four bytes a pixel: red, green, blue, opacity. */
  rgba: Uint8ClampedArray<ArrayBuffer>
}

/** Longer side of what is drawn. */
const SIDE_PX = 32
/** Hashes of the server are never longer. */
const HASH_SIGNS_MAX = 34

const wave = (size: number, at: number, n: number) => Math.cos((Math.PI / size) * (at + 0.5) * n)

/** Calls with each wave of a channel but the even one, in the order in which they are written. */
function waves(across: number, down: number, take: (x: number, y: number) => void): void {
  for (let y = 0; y < down; y++) for (let x = y ? 0 : 1; x * down < across * (down - y); x++) take(x, y)
}

/** The picture of a hash in base64; `undefined` where it is none. */
export function thumbHashPixels(hash: string): Pixels | undefined {
  const text = hash.length <= HASH_SIGNS_MAX && /^[A-Za-z0-9+/]{7,}$/.test(hash) ? atob(hash) : ''
  if (text.length < 5) return undefined
  const byte = (at: number) => text.charCodeAt(at) || 0
  const first = byte(0) | (byte(1) << 8) | (byte(2) << 16)
  const second = byte(3) | (byte(4) << 8)
  const clear = first >> 23
  const long = clear ? 5 : 7
  const lies = second >> 15
  const short = Math.max(second & 7, 1)
  const across = Math.max(3, lies ? long : short)
  const down = Math.max(3, lies ? short : long)

  let half = clear ? 12 : 10
  function channel(mean: number, scale: number, across: number, down: number) {
    const heights: [number, number, number][] = []
    waves(across, down, (x, y) => {
      const bits = (byte(half >> 1) >> ((half & 1) * 4)) & 15
      half++
      heights.push([x, y, (bits / 7.5 - 1) * scale * 2])
    })
    return { mean, heights }
  }
  const light = channel((first & 63) / 63, ((first >> 18) & 31) / 31, across, down)
  // Colours are boosted by a quarter, for what rounding took.
  const warm = channel(((first >> 6) & 63) / 31.5 - 1, (((second >> 3) & 63) / 63) * 1.25, 3, 3)
  const red = channel(((first >> 12) & 63) / 31.5 - 1, (((second >> 9) & 63) / 63) * 1.25, 3, 3)
  const cover = clear ? channel((byte(5) & 15) / 15, (byte(5) >> 4) / 15, 5, 5) : { mean: 1, heights: [] }

  const width = lies ? SIDE_PX : Math.max(1, Math.round((SIDE_PX * short) / long))
  const height = lies ? Math.max(1, Math.round((SIDE_PX * short) / long)) : SIDE_PX
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const value = ({ mean, heights }: typeof light) =>
        heights.reduce((sum, [n, m, size]) => sum + size * wave(width, x, n) * wave(height, y, m), mean)
      const [l, p, q] = [value(light), value(warm), value(red)]
      const b = l - (2 / 3) * p
      const r = (3 * l - b + q) / 2
      rgba.set([r * 255, (r - q) * 255, b * 255, value(cover) * 255], at)
    }
  }
  return { width, height, rgba }
}
