// Failures as people read them.
import { ProblemError } from '@/core/problem'
import { fieldName } from '@/entries/fields'
import { text } from '@/messages'

/** A failure's words: the rule's or server's own sentence, with fields by their names on the screen. */
export function wordsOf(failure: unknown): string {
  if (failure instanceof ProblemError) return named(failure)
  if (failure instanceof Error && failure.name === 'Unreachable') return text.value.common.unreachable
  return text.value.common.failed
}

function named({ message, detail }: ProblemError): string {
  const { field, why, keys, fields } = detail
  let words = message || text.value.common.failed
  if (keys && fields) words = words.replace(fields, keys.split(',').map(fieldName).join('、'))
  if (field) words = words.replace(field, fieldName(field))
  const whys: Readonly<Record<string, string>> = text.value.common.whys
  return why && whys[why] ? words.replace(why, whys[why]) : words
}
