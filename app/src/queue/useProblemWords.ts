// A problem's sentence, from the rules' one list of problems.
import { ref, watchEffect } from 'vue'
import { view } from '@/core/engine'
import { text } from '@/messages'

/** Words for a stored problem code; empty where there is none. */
export function useProblemWords(code: () => string | undefined) {
  const words = ref('')
  watchEffect(async () => {
    const name = code()
    const { queue } = text.value
    if (name === undefined) words.value = ''
    else if (name === 'bytes_missing') words.value = queue.bytesMissing
    else if (name === 'not_found' || name === 'unknown_record') words.value = queue.waitsForText
    else words.value = (await view('sentence', { code: name })) ?? name
  })
  return words
}
