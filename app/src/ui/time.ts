// Times as people read and type them. Days are local days: `toISOString` would say yesterday until 8 a.m. in China.
import type { LocalTime } from '@/core/views'
import { text } from '@/messages'

const MINUTES_PER_DAY = 24 * 60
const MS_PER_MINUTE = 60_000

const two = (n: number) => String(n).padStart(2, '0')

/** The wall clock now. */
export function localNow(): LocalTime {
  const offset = -new Date().getTimezoneOffset()
  return { minute: Math.floor(Date.now() / MS_PER_MINUTE) + offset, offset }
}

/** `2019-09-21T09:30`, what a date-time input holds. */
export function toInput(time: LocalTime | undefined): string {
  return time ? new Date(time.minute * MS_PER_MINUTE).toISOString().slice(0, 16) : ''
}

/** Reads what a date-time input holds, with this phone's offset at that time. */
export function fromInput(value: string): LocalTime | undefined {
  const wall = Date.parse(`${value}Z`)
  if (Number.isNaN(wall)) return undefined
  return { minute: Math.floor(wall / MS_PER_MINUTE), offset: -new Date(value).getTimezoneOffset() }
}

/** Days since 1970 of a local time. */
export const dayOf = (time: LocalTime): number => Math.floor(time.minute / MINUTES_PER_DAY)

/** `2019-09-21`, what a date input holds. */
export const dayToInput = (day: number): string =>
  new Date(day * MINUTES_PER_DAY * MS_PER_MINUTE).toISOString().slice(0, 10)

/** Reads what a date input holds. */
export function dayFromInput(value: string): number | undefined {
  const wall = Date.parse(`${value}T00:00Z`)
  return Number.isNaN(wall) ? undefined : wall / MS_PER_MINUTE / MINUTES_PER_DAY
}

/** `2019-09-21 09:30` or, on the same day, `2019-09-21 09:30–13:30`. */
export function timeSpan(start: LocalTime | undefined, end: LocalTime | undefined): string {
  if (!start) return ''
  const from = toInput(start).replace('T', ' ')
  if (!end) return from
  const to = toInput(end).replace('T', ' ')
  return dayOf(start) === dayOf(end) ? `${from}–${to.slice(11)}` : `${from} – ${to}`
}

/** A moment in this phone's zone: `2019-09-21 09:30`. */
export function moment(ms: number): string {
  const at = new Date(ms)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** When a photo was taken, as its camera's clock said: `2019-09-21 14:03`, with the offset where the file names one. */
export const wallClock = (taken: string): string =>
  `${taken.slice(0, 16).replace('T', ' ')} ${taken.slice(19)}`.trimEnd()

/** Just now, n minutes ago, or the moment itself. */
export function ago(ms: number, now: number): string {
  const minutes = Math.floor((now - ms) / MS_PER_MINUTE)
  if (minutes < 1) return text.value.common.justNow
  return minutes < 60 ? text.value.common.minutesAgo(minutes) : moment(ms)
}

/** `3 小时 30 分钟`, never rounded. */
export function duration(minutes: number): string {
  return text.value.common.duration(Math.floor(minutes / 60), minutes % 60)
}
