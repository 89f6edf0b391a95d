// The worker's side of `Calls`: each question is answered once, with a value or with the error's name and words.

interface Port {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  postMessage(message: unknown): void
}

/** Answers every question on the port. */
export function answerCalls<Question>(port: Port, answer: (question: Question) => Promise<unknown>): void {
  port.addEventListener('message', async (event: MessageEvent<{ id: number; question: Question }>) => {
    const { id, question } = event.data
    try {
      port.postMessage({ id, value: await answer(question) })
    } catch (failure) {
      const { name, message } = failure instanceof Error ? failure : new Error(String(failure))
      port.postMessage({ id, error: { name, message } })
    }
  })
}
