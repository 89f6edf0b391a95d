// The rules' own types, as screens need them: generated from Rust, nothing is declared twice.
import type {
  Difference,
  EntryRow,
  EntryView,
  HoursView,
  Lists,
  MeView,
  OutboxView,
  PersonRow,
  UploadTask,
} from './wasm/miaopu_wasm'

export type {
  Block,
  Command,
  ConsentFact,
  DayMinutes,
  Difference,
  EntryRow,
  EntryView,
  FileRole,
  FileView,
  Filing,
  HoursView,
  Lists,
  LocalTime,
  Me,
  MediaKind,
  MediaView,
  MeView,
  OutboxView,
  Participant,
  PersonRow,
  Phase,
  Place,
  Point,
  Problem,
  ProposalView,
  Provenance,
  QuoteView,
  RefusedView,
  Speaker,
  StateWord,
  Strength,
  UploadStep,
  UploadTask,
  VerdictView,
} from './wasm/miaopu_wasm'

/** Each view's question, without its name, and its answer. */
export interface Views {
  me: { of: object; answer: MeView | null }
  lists: { of: object; answer: Lists }
  entries: { of: { branch?: string }; answer: EntryRow[] }
  entry: { of: { entry: string }; answer: EntryView | null }
  review: { of: object; answer: EntryRow[] }
  changes: { of: { entry: string; seen: string }; answer: Difference[] | null }
  hours: { of: object; answer: HoursView }
  outbox: { of: object; answer: OutboxView }
  uploads: { of: object; answer: UploadTask[] }
  people: { of: { branch: string }; answer: PersonRow[] }
}
