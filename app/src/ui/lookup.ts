// Words for names of the wire. A name from a newer server reads as it stands.

/** The word for a name in a table of messages. */
export function word(table: Readonly<Record<string, string>>, name: string | undefined): string {
  return name === undefined ? '' : (table[name] ?? name)
}

/** Names with their words, in the order of the names, as choices of a field. */
export function choices<T extends string>(
  names: readonly T[],
  table: Readonly<Record<string, string>>,
): { value: T; name: string }[] {
  return names.map((value) => ({ value, name: word(table, value) }))
}
