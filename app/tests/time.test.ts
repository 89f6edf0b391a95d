// Local times and days as inputs and people write them.
import { expect, test } from 'vitest'
import { dayFromInput, dayToInput, duration, fromInput, timeSpan, toInput } from '@/ui/time'

test('a local time survives the input field', () => {
  const time = fromInput('2019-09-21T09:30')
  expect(toInput(time)).toBe('2019-09-21T09:30')
  expect(fromInput('')).toBeUndefined()
})

test('a day survives the input field', () => {
  expect(dayFromInput('1970-01-02')).toBe(1)
  expect(dayToInput(dayFromInput('2019-09-21') ?? 0)).toBe('2019-09-21')
})

test('a span within one day names the day once', () => {
  const [start, end] = [fromInput('2019-09-21T09:30'), fromInput('2019-09-21T13:30')]
  expect(timeSpan(start, end)).toBe('2019-09-21 09:30–13:30')
  expect(timeSpan(start, fromInput('2019-09-22T05:10'))).toBe('2019-09-21 09:30 – 2019-09-22 05:10')
})

test('minutes are told whole', () => {
  expect(duration(210)).toBe('3 小时 30 分钟')
  expect(duration(0)).toBe('0 分钟')
})
