// Failures as people read them.
import { text } from '@/messages'

/** A failure's words: the rule's or server's own where it has some. */
export function wordsOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure)
  if (failure.name === 'Unreachable') return text.value.common.unreachable
  return failure.message || text.value.common.failed
}
