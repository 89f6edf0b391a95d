// @vitest-environment node
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { initSync, Sha256 } from '@/core/wasm/miaopu_wasm'

beforeAll(() => {
  initSync({ module: readFileSync(new URL('../src/core/wasm/miaopu_wasm_bg.wasm', import.meta.url)) })
})

test('a hash fed in pieces equals the known answer', () => {
  const hash = new Sha256()
  for (const letter of 'abc') hash.update(new TextEncoder().encode(letter))
  expect(hash.hex()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
