// The two ways in which asking for something fails: a reason in words, or no answer at all.
import type { Problem } from './wasm/miaopu_wasm'

const MS_PER_SECOND = 1000

/** The rules or the server said no; `code` is of the wire's one list, `message` its sentence. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  constructor(
    readonly code: string,
    message: string,
    /** The HTTP status; 0 where the rules on this phone said it. */
    readonly status = 0,
    /** How long to wait before asking again, where the server said so. */
    readonly retryAfterMs?: number,
    /** What the sentence names: fields by their keys, limits. */
    readonly detail: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** No answer arrived in time: no signal, a proxy's page, or a server that is away. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** What an answer's body says went wrong. A proxy or a hotel's login page speaks for itself, not for the server. */
export function problemOf(status: number, body: string, retryAfter?: string | null): ProblemError | Unreachable {
  try {
    const { code, message, detail } = JSON.parse(body) as Partial<Problem>
    const seconds = Number.parseInt(retryAfter ?? '', 10)
    const wait = Number.isNaN(seconds) ? undefined : seconds * MS_PER_SECOND
    if (code) return new ProblemError(code, message ?? '', status, wait, detail)
  } catch {
    // Not JSON: falls through to what follows.
  }
  return new Unreachable(`status ${status} without a problem`)
}
