// An archive that stores files as they are. It is put together of references to files on the phone, so that one of some
// gigabytes needs no memory: pictures and clips would not shrink anyway.

export interface Packed {
  /** With folders, by slashes. */
  name: string
  bytes: Blob
}

/** Sizes and offsets are 32 bits wide. An archive above this is begun anew. */
const ARCHIVE_BYTES_MAX = 0xf000_0000
/** The count of files is 16 bits wide. */
const ARCHIVE_FILES_MAX = 0xfff0
const STEP_BYTES = 4 << 20
const LOCAL = 0x0403_4b50
const CENTRAL = 0x0201_4b50
const END = 0x0605_4b50
const VERSION = 20
/** Names are UTF-8. */
const FLAGS = 0x0800
const CRC_POLYNOMIAL = 0xedb8_8320

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ CRC_POLYNOMIAL : rest >>> 1
  return rest
})

async function crc32(bytes: Blob): Promise<number> {
  let crc = ~0
  for (let at = 0; at < bytes.size; at += STEP_BYTES) {
    const step = new Uint8Array(await bytes.slice(at, at + STEP_BYTES).arrayBuffer())
    for (const byte of step) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0)
  }
  return ~crc >>> 0
}

/** Little-endian fields, each of two or four bytes. */
function record(...fields: readonly [bytes: 2 | 4, value: number][]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)))
  let at = 0
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value >>> 0, true)
    at += bytes
  }
  return new Uint8Array(view.buffer)
}

/** Moments in an archive are of the local clock, in steps of two seconds, none before 1980. */
function stamp(now: Date): { time: number; day: number } {
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1)
  return { time, day: (Math.max(0, now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate() }
}

async function archive(files: readonly Packed[], now: Date): Promise<Blob> {
  const { time, day } = stamp(now)
  const body: BlobPart[] = []
  const directory: BlobPart[] = []
  let offset = 0
  let directoryBytes = 0
  for (const { name, bytes } of files) {
    const path = new TextEncoder().encode(name)
    const shared = record(
      [2, VERSION],
      [2, FLAGS],
      [2, 0],
      [2, time],
      [2, day],
      [4, await crc32(bytes)],
      [4, bytes.size],
      [4, bytes.size],
      [2, path.length],
      [2, 0],
    )
    body.push(record([4, LOCAL]), shared, path, bytes)
    directory.push(
      record([4, CENTRAL], [2, VERSION]),
      shared,
      record([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      path,
    )
    offset += 4 + shared.length + path.length + bytes.size
    directoryBytes += 6 + shared.length + 14 + path.length
  }
  const end = record(
    [4, END],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, directoryBytes],
    [4, offset],
    [2, 0],
  )
  return new Blob([...body, ...directory, end], { type: 'application/zip' })
}

/** As many archives as the format needs, in the order of the files; each opens by itself. */
export async function zip(files: readonly Packed[], now: Date): Promise<Blob[]> {
  const parts: Packed[][] = [[]]
  let size = 0
  for (const file of files) {
    const last = parts.at(-1) ?? []
    size += file.bytes.size
    if (last.length > 0 && (size > ARCHIVE_BYTES_MAX || last.length >= ARCHIVE_FILES_MAX)) {
      parts.push([file])
      size = file.bytes.size
    } else last.push(file)
  }
  return Promise.all(parts.map((part) => archive(part, now)))
}
