// Participants as cards and forms read them; the shape is the wire's.
import type { Participant } from '@/core/views'
import { duration } from '@/ui/time'

const HEAD = 'participants/'

/** The participants among an entry's values. */
export function participantsOf(values: Readonly<Record<string, unknown>>): { id: string; value: Participant }[] {
  return Object.entries(values)
    .filter(([key]) => key.startsWith(HEAD))
    .map(([key, value]) => ({ id: key.slice(HEAD.length), value: value as Participant }))
}

/** The name to show; people of the roster are looked up. */
export function nameOf({ who }: Participant, names: ReadonlyMap<string, string>): string {
  return 'guest' in who ? who.guest.name : (names.get(who.person) ?? '…')
}

/** Minutes over all days. */
export const minutesOf = ({ days }: Participant): number => (days ?? []).reduce((sum, { minutes }) => sum + minutes, 0)

/** Name and time served. */
export const participantWords = (one: Participant, names: ReadonlyMap<string, string>): string =>
  `${nameOf(one, names)} ${duration(minutesOf(one))}`
