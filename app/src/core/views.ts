// The rules' own types, as screens need them: generated from Rust, nothing is declared twice.
import type { Query } from './wasm/miaopu_wasm'

export type {
  ActivityKind,
  Answers,
  AuditRow,
  Block,
  BranchLabel,
  Command,
  ConsentFact,
  DayMinutes,
  Difference,
  Duty,
  EntryRow,
  EntryView,
  ExternalRef,
  ExternalSystem,
  FileRole,
  FileView,
  Filing,
  GalleryItem,
  GalleryPage,
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
  RecordId,
  RefusedView,
  Speaker,
  StateWord,
  Strength,
  UploadStep,
  UploadTask,
  VerdictView,
  Warning,
} from './wasm/miaopu_wasm'

/** A view's name. */
export type ViewName = Query['view']

/** What a view is asked about, without its name. */
export type AskOf<N extends ViewName> = Omit<Extract<Query, { view: N }>, 'view'>
