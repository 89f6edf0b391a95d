// What the rules ask people to look at, in words. Facts, not faults: none of them stops anything.
import type { Warning } from '@/core/views'
import { text } from '@/messages'
import { place } from '@/ui/navigation'
import { dayToInput, duration } from '@/ui/time'
import { fieldName } from './fields'

type Told<Is extends Warning['is']> = Extract<Warning, { is: Is }>

/** Another entry on a screen of the same kind as the one shown. */
export const pathOfOther = (shown: string, other: string): string => (place.value?.path ?? '').replace(shown, other)

/** The entry that a warning is about, where it is about another one. */
export const otherEntry = (warning: Warning): string | undefined =>
  warning.is === 'same_activity' || warning.is === 'overlapping_hours' ? warning.entry : undefined

/** A warning's sentence; `names` are those of participants by their key. */
export function warningWords(warning: Warning, names: ReadonlyMap<string, string>): string {
  const words = text.value.entries.warningWords
  const nameOf = (participant: string) => names.get(participant) ?? ''
  const sentences: { [Is in Warning['is']]: (told: Told<Is>) => string } = {
    services_below_visits: ({ services, visits }) => words.servicesBelowVisits(services, visits),
    no_supervisor: () => words.noSupervisor,
    long_day: ({ participant, day, minutes }) => words.longDay(nameOf(participant), dayToInput(day), duration(minutes)),
    day_outside: ({ participant, day }) => words.dayOutside(nameOf(participant), dayToInput(day)),
    personal_number: ({ key }) => words.personalNumber(fieldName(key)),
    late: ({ days }) => words.late(days),
    starts_later: () => words.startsLater,
    look_again: () => words.lookAgain,
    same_activity: ({ title }) => words.sameActivity(title),
    overlapping_hours: ({ participant, title }) => words.overlappingHours(nameOf(participant), title),
  }
  const sentence = sentences[warning.is] as ((told: Warning) => string) | undefined
  return sentence ? sentence(warning) : warning.is // a newer server's rules may know more
}
