// Fields of an entry in words, for cards and for the list of what changed.
import { account } from '@/core/account'
import type { EntryView, ExternalRef, LocalTime, Participant } from '@/core/views'
import { text } from '@/messages'
import { word } from '@/ui/lookup'
import { dayToInput, timeSpan } from '@/ui/time'
import { participantWords } from './participants'

export interface DescribedField {
  key: string
  name: string
  words: string
}

/** Order of a card; participants, quotes and media stand apart. */
const ORDER = [
  'kind',
  'title',
  'summary',
  'started_at',
  'ended_at',
  'place',
  'clinic.host',
  'clinic.filing',
  'clinic.visits',
  'clinic.services/',
  'clinic.referrals',
  'clinic.leaflets',
  'clinic.departments',
  'volunteering.organiser',
  'volunteering.beneficiaries',
  'volunteering.beneficiary_count',
  'meeting.topic',
  'meeting.present',
  'meeting.absent',
  'teaching.entry_point',
  'others_count',
  'partners',
  'co_branches',
  'external_ref',
  'before_note',
  'during_note',
  'after_note',
]

/** A field's name on the screen; a list's element is named by what it is. */
export function fieldName(key: string): string {
  const { entries, domain } = text.value
  const names: Record<string, string> = {
    kind: entries.kind,
    title: entries.title,
    summary: entries.summary,
    started_at: entries.startedAt,
    ended_at: entries.endedAt,
    place: entries.placeName,
    before_note: domain.phases.before,
    during_note: domain.phases.during,
    after_note: domain.phases.after,
    others_count: entries.othersCount,
    partners: entries.partners,
    co_branches: entries.coBranches,
    external_ref: entries.externalRef,
    comment: entries.reason,
    participants: entries.participants,
    'clinic.host': entries.host,
    'clinic.filing': entries.filing,
    'clinic.visits': entries.visits,
    'clinic.services': entries.services,
    'clinic.departments': entries.departments,
    'clinic.referrals': entries.referrals,
    'clinic.leaflets': entries.leaflets,
    'volunteering.organiser': entries.organiser,
    'volunteering.beneficiaries': entries.beneficiaries,
    'volunteering.beneficiary_count': entries.beneficiaryCount,
    'meeting.topic': entries.topic,
    'meeting.present': entries.present,
    'meeting.absent': entries.absent,
    'teaching.entry_point': entries.entryPoint,
    caption: entries.caption,
    phase: entries.phase,
    people: entries.peopleOn,
    text: entries.quoteText,
    speaker: entries.speaker,
    media: entries.media,
    quote: entries.quotes,
    voice: domain.media.voice,
  }
  const [list = key, element, part] = key.split('/')
  if (list === 'clinic.services' && element) return word(domain.services, element)
  const name = names[list] ?? key
  return part ? `${name} · ${names[part] ?? part}` : name
}

/** The name of a branch that this phone was told of. */
const branchName = (id: string): string => account.branches.find((one) => one.id === id)?.name ?? '…'

type Words = (value: never) => string

/** How values of a field read; what is not here is text or a number as it stands. */
const WORDS: Record<string, Words> = {
  kind: (value: string) => word(text.value.domain.kinds, value),
  started_at: (value: LocalTime) => timeSpan(value, undefined),
  ended_at: (value: LocalTime) => timeSpan(value, undefined),
  place: (value: { name: string }) => value.name,
  participants: (value: Participant) => participantWords(value, new Map()),
  partners: (value: string[]) => value.join('、'),
  co_branches: (value: string[]) => value.map(branchName).join('、'),
  external_ref: ({ system, number }: ExternalRef) => `${word(text.value.domain.systems, system)} ${number}`,
  phase: (value: string) => word(text.value.domain.phases, value),
  people: (value: string) => word(text.value.domain.people, value),
  speaker: (value: { kind: string; label: string }) => value.label || word(text.value.domain.speakers, value.kind),
  'clinic.filing': (value: string | { filed: { authority: string; on: number } }) =>
    typeof value === 'string'
      ? word(text.value.domain.filings, value)
      : `${text.value.domain.filings.filed} ${value.filed.authority} ${dayToInput(value.filed.on)}`,
  'clinic.departments': (value: string[]) => value.join('、'),
  'volunteering.beneficiaries': (value: string[]) =>
    value.map((one) => word(text.value.domain.beneficiaries, one)).join('、'),
  'teaching.entry_point': (value: string) => word(text.value.domain.entryPoints, value),
}

/** A value in words. */
export function fieldWords(key: string, value: unknown): string {
  if (value === undefined || value === null) return text.value.common.none
  const [list = key, , part] = key.split('/')
  const words = WORDS[part ?? list]
  if (words) return words(value as never)
  return typeof value === 'object' ? fieldName(list) : String(value)
}

/** What a field holds now; an item's field is named by its kind and id before it. */
export function standing(view: EntryView, key: string): unknown {
  const [, id, leaf] = key.split('/')
  if (!leaf) return view.values[key] ?? null
  const item = [...view.media, ...view.quotes].find((one) => one.id === id) as Record<string, unknown> | undefined
  return item?.[leaf] ?? null
}

/** How long a field's text may be; `undefined` where the field holds no free text. */
export function proseMax(key: string, value: unknown): number | undefined {
  const [field = key, , leaf] = key.split('/')
  return typeof value === 'string' ? account.lists?.limits[leaf ?? field]?.max : undefined
}

/** The fields that hold something, in the order of a card. */
export function describedFields(values: Readonly<Record<string, unknown>>): DescribedField[] {
  const keys = Object.keys(values)
  return ORDER.flatMap((head) =>
    keys
      .filter((key) => (head.endsWith('/') ? key.startsWith(head) : key === head))
      .map((key) => ({ key, name: fieldName(key), words: fieldWords(key, values[key]) })),
  )
}
