// Long lists: a screenful first, then all.
import { expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useRows } from '@/ui/useRows'

test('a long list shows its first rows at once and all of them soon', async () => {
  const list = ref<number[]>()
  const rows = effectScope().run(() => useRows(() => list.value))
  expect(rows?.value).toBeUndefined()
  list.value = Array.from({ length: 200 }, (_, at) => at)
  await nextTick()
  expect(rows?.value?.length).toBeLessThan(20)
  await vi.waitUntil(() => rows?.value?.length === 200)
  list.value = [...list.value, 200]
  await vi.waitUntil(() => rows?.value?.length === 201)
})

test('a short list is whole at once', () => {
  const rows = effectScope().run(() => useRows(() => [1, 2, 3]))
  expect(rows?.value).toEqual([1, 2, 3])
})
