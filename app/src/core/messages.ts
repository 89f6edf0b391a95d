// What the page asks the engine's worker, and what the worker tells unasked.
import type { EngineEvent, Me, Query } from './wasm/miaopu_wasm'

export type EngineQuestion =
  | { ask: 'open'; account: string; me?: Me }
  | { ask: 'close'; signOut: boolean }
  | { ask: 'view'; query: Query; english: boolean }
  | { ask: 'event'; event: EngineEvent }
  | { ask: 'visit' }

export type EngineNews =
  | { news: 'changed' }
  | { news: 'status'; syncing: boolean; online: boolean; lastSyncAt?: number }
  | { news: 'forget'; media: string[] }
  | { news: 'hide'; media: string[] }
  | { news: 'signedOut' }
