// How values of fields are worded for people.
import { expect, test } from 'vitest'
import { ProblemError } from '@/core/problem'
import { describedFields, fieldName, fieldWords } from '@/entries/fields'
import { wordsOf } from '@/ui/failure'

test('a card shows fields in the order of the form and names services', () => {
  const values = { 'clinic.visits': 63, title: '石槽村义诊', 'clinic.services/acupuncture': 28, unknown: 1 }
  expect(describedFields(values).map(({ name, words }) => `${name} ${words}`)).toEqual([
    '标题 石槽村义诊',
    '服务人次 63',
    '针灸 28',
  ])
})

test('an item’s leaf is named by the item and the leaf', () => {
  expect(fieldName('media/01930000/caption')).toBe('照片、视频和录音 · 说明')
  expect(fieldWords('quote/01930000/phase', 'before')).toBe('事前准备')
  expect(fieldWords('place', null)).toBe('无')
})

test('a refusal names fields as the screen does', () => {
  const incomplete = { keys: 'title,clinic.host', fields: 'title、clinic.host' }
  expect(wordsOf(new ProblemError('incomplete', '还缺：title、clinic.host', 0, undefined, incomplete))).toBe(
    '还缺：标题、主办单位',
  )
  const invalid = { field: 'title', why: 'one_line' }
  expect(wordsOf(new ProblemError('invalid_field', '“title”不符合要求：one_line', 0, undefined, invalid))).toBe(
    '“标题”不符合要求：只能写一行',
  )
})
