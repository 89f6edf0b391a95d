// The worker's side of `Calls`: each question is answered once, with a value or with the failure in words.
import type { Failure } from './calls'
import { ProblemError } from './problem'

interface Port {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  postMessage(message: unknown): void
}

function failureOf(reason: unknown): Failure {
  const { name, message } = reason instanceof Error ? reason : new Error(String(reason))
  return reason instanceof ProblemError
    ? { name, message, code: reason.code, detail: { ...reason.detail } }
    : { name, message }
}

/** Answers every question on the port. */
export function answerCalls<Question>(port: Port, answer: (question: Question) => Promise<unknown>): void {
  port.addEventListener('message', async (event: MessageEvent<{ id: number; question: Question }>) => {
    const { id, question } = event.data
    try {
      port.postMessage({ id, value: await answer(question) })
    } catch (reason) {
      port.postMessage({ id, error: failureOf(reason) })
    }
  })
}
