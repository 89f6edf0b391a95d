// Short questions and notes over any screen; `AskDialog` and `NoteLine` in the app's frame show them.
import { shallowRef } from 'vue'

export interface Question {
  title: string
  message: string
  /** Names the act on its button. */
  act: string
  answer: (yes: boolean) => void
}

export const question = shallowRef<Question>()
export const noted = shallowRef('')

const SHOWN_MS = 4000
let timer: ReturnType<typeof setTimeout> | undefined

/** Asks before something that cannot be taken back; `act` names it on the button. */
export function confirmed(title: string, message: string, act: string): Promise<boolean> {
  question.value?.answer(false)
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      question.value = undefined
      resolve(yes)
    }
    question.value = { title, message, act, answer }
  })
}

/** Says something for four seconds; never the only place where it is said. */
export function note(message: string): void {
  noted.value = message
  clearTimeout(timer)
  timer = setTimeout(() => {
    noted.value = ''
  }, SHOWN_MS)
}
