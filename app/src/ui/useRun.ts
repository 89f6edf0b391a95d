// Doing something the rules may refuse: the reason is kept for the screen that asked.
import { ref } from 'vue'
import { act } from '@/core/engine'
import type { Command } from '@/core/views'
import { note } from './ask'
import { wordsOf } from './failure'

/** Commands of one screen, and why the last one was refused; empty where it was taken. */
export function useRun() {
  const problem = ref('')

  /** `true` once it is done and on disk. */
  async function run(command: Command): Promise<boolean> {
    try {
      await act(command)
      problem.value = ''
      return true
    } catch (failure) {
      problem.value = wordsOf(failure)
      return false
    }
  }

  return { problem, run }
}

/** Gives a command whose refusal is said in passing; `true` once it is done and on disk. */
export async function runNoted(command: Command): Promise<boolean> {
  try {
    await act(command)
    return true
  } catch (failure) {
    note(wordsOf(failure))
    return false
  }
}
