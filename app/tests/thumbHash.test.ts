// Placeholders are drawn as the reference draws them (github.com/evanw/thumbhash 0.1.1), and nonsense is not drawn.
import { expect, it } from 'vitest'
import { thumbHashPixels } from '@/core/thumbHash'

const KNOWN: [string, number, number, number[][]][] = [
  [
    '2TgKNZqAh4dyiIiIiHiHd4CCCNh4',
    32,
    23,
    [
      [36, 34, 100, 255],
      [121, 86, 80, 255],
      [251, 179, 69, 255],
    ],
  ],
  [
    'XDcObCSAKoeHh3eId3eCjwh4hw',
    18,
    32,
    [
      [0, 124, 6, 255],
      [125, 104, 150, 255],
      [255, 59, 205, 255],
    ],
  ],
  [
    'lUqDBQBXf4WJiIeIh3+H93d4gHp4iIeIiA',
    32,
    32,
    [
      [196, 30, 28, 72],
      [196, 30, 28, 148],
      [196, 30, 28, 209],
    ],
  ],
]

it('draws lying, standing and clear pictures as the reference does', () => {
  for (const [hash, width, height, samples] of KNOWN) {
    const pixels = thumbHashPixels(hash)
    expect([pixels?.width, pixels?.height]).toEqual([width, height])
    const middle = (height >> 1) * width + (width >> 1)
    const found = [0, middle, width * height - 1].map((at) => [...(pixels?.rgba.slice(at * 4, at * 4 + 4) ?? [])])
    for (const [at, sample] of samples.entries()) {
      // One step of 255 where the two round differently.
      for (const [part, value] of sample.entries()) {
        expect(Math.abs((found[at]?.[part] ?? 0) - value)).toBeLessThanOrEqual(1)
      }
    }
  }
})

it('draws nothing of what is no hash', () => {
  for (const hash of ['', 'AAAA', '<svg onload=1>', '2TgK', 'A'.repeat(400)])
    expect(thumbHashPixels(hash)).toBeUndefined()
  expect(thumbHashPixels('////////')?.width, 'cut short').toBe(32)
})
