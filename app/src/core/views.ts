// What screens ask the rules for, and what they may tell them to do. The rules answer in words of the wire; nothing
// here is decided in the app.
import type { LocalTime } from '@/ui/time'

export type StateWord = 'draft' | 'unsent' | 'submitted' | 'returned' | 'approved' | 'reopened' | 'voided' | 'attention'
export type MediaKind = 'photo' | 'clip' | 'voice'
export type Phase = 'before' | 'during' | 'after'
export type Block = 'clinic' | 'volunteering' | 'meeting' | 'teaching'

/** A rule's reason in the language of the screen, with its code for support. */
export interface Reason {
  code: string
  message: string
}

export interface MeView {
  account: string
  person: string
  name: string
  /** Branches one may record for. */
  branches: { id: string; name: string }[]
  /** Which screens have anything to show. */
  records: boolean
  review: boolean
  gallery: boolean
  waiting: number
  roles: { role: string; scope: string }[]
}

export interface EntryRow {
  id: string
  branch: string
  title: string
  kind?: string
  started?: LocalTime
  ended?: LocalTime
  author: string
  own: boolean
  state: StateWord
  /** One's own minutes in it. */
  minutes: number
  participants: number
  media: number
  arrived: number
  submittedAt?: number
}

export interface ConsentView {
  status: string
  scope: string
  how: string
  reason: string
}

export interface MediaView {
  id: string
  kind: MediaKind
  caption: string
  phase?: Phase
  people?: string
  consent?: ConsentView
  own: boolean
  recorder: string
  sizeBytes: number
  sha256: string
  arrived: boolean
  picture: 'none' | 'sketch' | 'ready' | 'unreadable'
  barred: boolean
  offered: boolean
}

export interface QuoteView {
  id: string
  text: string
  speaker: { kind: string; label: string }
  phase?: Phase
  voice?: string
  consent?: ConsentView
  own: boolean
  recorder: string
  offered: boolean
}

/** What the rules allow this person to do with an entry now. */
export interface May {
  edit: boolean
  addItems: boolean
  submit: boolean
  withdraw: boolean
  discard: boolean
  decide: boolean
  undo?: string
}

/** A field that is missing or not as it must be. */
export interface Todo {
  key: string
  message: string
}

export interface EntryView {
  id: string
  branch: string
  branchName: string
  author: string
  own: boolean
  createdAt: number
  submittedAt?: number
  state: StateWord
  /** Values by field; `rules::fields` says which there are. */
  values: Record<string, unknown>
  blocks: Block[]
  media: MediaView[]
  quotes: QuoteView[]
  may: May
  todo: Todo[]
  warnings: string[]
  /** The last verdict's comment. */
  comment?: { text: string; by: string; at: number }
  /** Content as it stands, to be named by a verdict. */
  digest?: string
  minutes: number
  counts: boolean
  refused: RefusedView[]
}

/** A change of content that a verdict did not see. */
export interface Change {
  key: string
  from: unknown
  to: unknown
}

export interface RefusedView {
  op: string
  entry: string
  title: string
  what: string
  reason: Reason
  at: number
}

export interface HoursView {
  approved: number
  waiting: number
  refused: number
  rows: { entry: string; title: string; day: number; minutes: number; state: 'approved' | 'waiting' | 'refused' }[]
}

export interface OutboxView {
  /** Ops not yet answered. */
  unsent: { op: string; entry: string; title: string; what: string; at: number }[]
  refused: RefusedView[]
}

/** Fixed lists in the order in which people are offered them, and what each field may hold. */
export interface Lists {
  kinds: { kind: string; blocks: Block[] }[]
  services: string[]
  duties: string[]
  beneficiaries: string[]
  entryPoints: string[]
  people: string[]
  speakers: string[]
  consents: string[]
  scopes: string[]
  hows: string[]
  strengths: string[]
  limits: Record<string, { min: number; max: number }>
  sketchBytesMax: number
  mediaBytesMax: Record<MediaKind, number>
}

export interface Person {
  id: string
  name: string
}

/** Each view's question and answer. */
export interface Views {
  me: { ask: object; answer: MeView }
  lists: { ask: object; answer: Lists }
  entries: { ask: { branch?: string }; answer: EntryRow[] }
  entry: { ask: { entry: string }; answer: EntryView | null }
  review: { ask: object; answer: EntryRow[] }
  changes: { ask: { entry: string; seen: string }; answer: Change[] }
  /** Keeps the entry's present content as what the person has seen, to compare with later. */
  seen: { ask: { entry: string }; answer: null }
  hours: { ask: object; answer: HoursView }
  outbox: { ask: object; answer: OutboxView }
  people: { ask: { branch: string }; answer: Person[] }
  /** The one list's sentence for a problem's code. */
  sentence: { ask: { code: string }; answer: string | null }
}

/** What people do. Ids of new things are made by the caller; salts and op ids by `core`. */
export type Command =
  | { do: 'create'; entry: string; branch: string; values: Record<string, unknown> }
  | { do: 'edit'; entry: string; values: Record<string, unknown> }
  | { do: 'submit' | 'withdraw' | 'discard'; entry: string }
  | { do: 'approve'; entry: string; digest: string; strengths: string[] }
  | { do: 'return'; entry: string; digest: string; comment: string }
  | { do: 'undo'; entry: string; verdict: string }
  | {
      do: 'addMedia'
      entry: string
      media: string
      kind: MediaKind
      sha256: string
      sizeBytes: number
      values: Record<string, unknown>
      provenance: Record<string, unknown>
    }
  | { do: 'describeMedia'; entry: string; media: string; values: Record<string, unknown> }
  | { do: 'removeMedia'; entry: string; media: string }
  | { do: 'addQuote'; entry: string; quote: string; values: Record<string, unknown> }
  | { do: 'editQuote'; entry: string; quote: string; values: Record<string, unknown> }
  | { do: 'removeQuote'; entry: string; quote: string }
  | { do: 'consent'; entry: string; of: 'media' | 'quote'; item: string; consent: ConsentView }
  | { do: 'dropRefused'; op: string }
