// What the store keeps, in one transaction a change.
import { expect, test } from 'vitest'
import { allRows, applyRows, openAccount, putFile } from '@/core/store'

test('changes are applied together and a change without a value removes its row', async () => {
  const db = await openAccount('a')
  await applyRows(db, [
    { store: 'op', key: '1', value: '{"n":1}' },
    { store: 'record', key: 'entry/1', value: '{}' },
  ])
  await applyRows(db, [{ store: 'op', key: '1' }])
  expect(await allRows(db)).toEqual([{ store: 'record', key: 'entry/1', value: '{}' }])
})

test('a change that cannot be stored leaves nothing of its list behind', async () => {
  const db = await openAccount('b')
  const broken = { store: 'op', key: '2', value: Symbol('no') as unknown as string }
  await expect(applyRows(db, [{ store: 'op', key: '1', value: '{}' }, broken])).rejects.toThrow()
  expect(await allRows(db)).toEqual([])
})

test('accounts share nothing', async () => {
  const [one, other] = [await openAccount('c'), await openAccount('d')]
  await putFile(one, { id: 'm', entry: 'e', name: 'a.jpg', mime: 'image/jpeg' })
  expect(await one.count('file')).toBe(1)
  expect(await other.count('file')).toBe(0)
})
