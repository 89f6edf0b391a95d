// A quote being written: new, or an earlier one being changed.
import { type Ref, ref, watch } from 'vue'
import { newId } from '@/core/ids'
import type { Command, EntryView, Phase, QuoteView, Speaker } from '@/core/views'
import { text } from '@/messages'
import { confirmed } from '@/ui/ask'
import { useRun } from '@/ui/useRun'

interface Draft {
  text: string
  speaker: Required<Speaker>
  phase?: Phase
  voice?: string
}

const blank = (): Draft => ({ text: '', speaker: { kind: 'served', label: '' }, phase: 'during' })

/** The sheet's state and what its buttons do. */
export function useQuote(props: { view: EntryView; quote?: QuoteView }, shown: Ref<boolean>) {
  const draft = ref<Draft>(blank())
  const { problem, run } = useRun()

  watch(shown, (isShown) => {
    if (!isShown) return
    problem.value = ''
    const { quote } = props
    draft.value = quote
      ? { text: quote.text, speaker: { ...blank().speaker, ...quote.speaker }, phase: quote.phase, voice: quote.voice }
      : blank()
  })

  async function keep(): Promise<void> {
    const { text: words, speaker, phase, voice } = draft.value
    const values = { text: words, speaker: { ...speaker }, phase: phase ?? null, voice: voice ?? null }
    const quote = props.quote?.id
    const entry = props.view.id
    const command: Command = quote
      ? { do: 'editQuote', entry, quote, values }
      : { do: 'addQuote', entry, quote: newId(), values }
    if (await run(command)) shown.value = false
  }

  async function remove(): Promise<void> {
    const quote = props.quote?.id
    const words = text.value.entries
    if (!quote || !(await confirmed(words.removeQuote, words.removeQuoteAsk, words.removeQuote))) return
    if (await run({ do: 'removeQuote', entry: props.view.id, quote })) shown.value = false
  }

  return { draft, problem, keep, remove }
}
