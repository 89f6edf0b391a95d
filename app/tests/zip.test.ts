// The archive of what could not be sent: each file as it was, found by the directory at the end.
import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { zip } from '@/core/zip'

const NOW = new Date(2026, 8, 19, 9, 30)

/** Reads the directory and the stored bytes as any program would. */
function unpack(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.length - 22
  expect(bytes.readUInt32LE(end)).toBe(0x0605_4b50)
  const found = new Map<string, Buffer>()
  let at = bytes.readUInt32LE(end + 16)
  for (let file = 0; file < bytes.readUInt16LE(end + 10); file++) {
    expect(bytes.readUInt32LE(at)).toBe(0x0201_4b50)
    const [crc, size, nameBytes] = [
      bytes.readUInt32LE(at + 16),
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
    ]
    const local = bytes.readUInt32LE(at + 42)
    expect(bytes.readUInt32LE(local)).toBe(0x0403_4b50)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const stored = bytes.subarray(start, start + size)
    expect(crc32(stored)).toBe(crc)
    found.set(bytes.subarray(at + 46, at + 46 + nameBytes).toString('utf8'), stored)
    at += 46 + nameBytes
  }
  expect(at).toBe(end)
  return found
}

it('holds every file as it was', async () => {
  const files = [
    { name: '1-石槽村义诊/1-石槽村义诊.txt', bytes: new Blob(['针灸 28 人次']) },
    { name: '1-石槽村义诊/1-yard.png', bytes: new Blob([new Uint8Array(300_000).map((_, at) => at * 7)]) },
    { name: 'empty', bytes: new Blob([]) },
  ]
  const archives = await zip(files, NOW)
  expect(archives).toHaveLength(1)
  const found = unpack(Buffer.from(await (archives[0] as Blob).arrayBuffer()))
  expect([...found.keys()]).toEqual(files.map(({ name }) => name))
  for (const { name, bytes } of files) {
    expect(found.get(name)?.equals(Buffer.from(await bytes.arrayBuffer())), name).toBe(true)
  }
})
