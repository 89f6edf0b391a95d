// Pictures, each unlike the others, and voices, made on the spot, so that no test needs a file from elsewhere.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

export interface Picked {
  path: string
  sha256: string
  bytes: number
}

function chunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length)
  head.write(name, 4, 'ascii')
  const tail = Buffer.alloc(4)
  tail.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), body])))
  return Buffer.concat([head, body, tail])
}

/** A PNG of coloured noise: noise does not compress, so its bytes are about three per pixel. */
function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const row = 1 + width * 3
  const pixels = randomBytes(row * height)
  for (let y = 0; y < height; y++) pixels[y * row] = 0
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(pixels, { level: 1 })
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

/** A WAV of a tone that swells and fades: sixteen bits, mono. */
function wav(seconds: number): Buffer {
  const rate = 16_000
  const file = Buffer.alloc(44 + 2 * rate * seconds)
  file.write('RIFF')
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.set([1, 0, 1, 0], 20)
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(2 * rate, 28)
  file.set([2, 0, 16, 0], 32)
  file.write('data', 36)
  file.writeUInt32LE(file.length - 44, 40)
  for (let at = 0; at < rate * seconds; at++) {
    const swell = Math.sin((Math.PI * at) / (rate * seconds))
    file.writeInt16LE(Math.round(20_000 * swell * Math.sin((2 * Math.PI * 330 * at) / rate)), 44 + 2 * at)
  }
  return file
}

/** Writes a picture of its own into a folder and says what it hashes to. */
export const drawPhoto = (folder: string, name: string, width = 640, height = 480): Picked =>
  written(folder, name, png(width, height))

/** Writes a voice into a folder and says what it hashes to. */
export const drawVoice = (folder: string, name: string, seconds = 3): Picked => written(folder, name, wav(seconds))

function written(folder: string, name: string, bytes: Buffer): Picked {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length }
}
