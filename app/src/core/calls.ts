// Questions to a worker and their answers, paired by number.
import { ProblemError, Unreachable } from './problem'

/** An error as it crosses between worker and page. */
export interface Failure {
  name: string
  message: string
  code?: string
  detail?: Record<string, string>
}

interface Reply {
  id: number
  value?: unknown
  error?: Failure
}

function errorOf({ name, message, code, detail }: Failure): Error {
  if (code !== undefined) return new ProblemError(code, message, 0, undefined, detail)
  if (name === 'Unreachable') return new Unreachable(message)
  return Object.assign(new Error(message), { name })
}

/** Wraps a worker whose every message is answered by one message with the same number. */
export class Calls<Question> {
  private next = 1
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()

  /** `onNews` gets the messages that answer nothing. */
  constructor(
    private readonly worker: Worker,
    onNews: (news: unknown) => void = () => {},
  ) {
    worker.addEventListener('message', (event: MessageEvent<Reply>) => {
      const { id, value, error } = event.data
      const call = this.waiting.get(id)
      if (!call) {
        onNews(event.data)
        return
      }
      this.waiting.delete(id)
      if (error) call.reject(errorOf(error))
      else call.resolve(value)
    })
  }

  /** Sends a question; the promise is the worker's answer. */
  ask<T>(question: Question, transfer: Transferable[] = []): Promise<T> {
    const id = this.next++
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.worker.postMessage({ id, question }, transfer)
    })
  }
}
