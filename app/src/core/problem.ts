// The two ways in which asking for something fails: a reason in words, or no answer at all.

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
    const { code, message } = JSON.parse(body) as { code?: string; message?: string }
    const seconds = Number.parseInt(retryAfter ?? '', 10)
    if (code) return new ProblemError(code, message ?? '', status, Number.isNaN(seconds) ? undefined : seconds * 1000)
  } catch {
    // Not JSON: falls through to what follows.
  }
  return new Unreachable(`status ${status} without a problem`)
}
