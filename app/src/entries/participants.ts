// Participants as the form reads and writes them; the shape is the wire's.

export interface DayMinutes {
  day: number
  minutes: number
}

export interface Participant {
  who: { person: string } | { guest: { name: string; unit: string } }
  duty?: string
  days: DayMinutes[]
}

/** The name to show; people of the roster are looked up. */
export function nameOf({ who }: Participant, names: ReadonlyMap<string, string>): string {
  return 'guest' in who ? who.guest.name : (names.get(who.person) ?? '…')
}

/** Minutes over all days. */
export const minutesOf = ({ days }: Participant): number => days.reduce((sum, { minutes }) => sum + minutes, 0)
