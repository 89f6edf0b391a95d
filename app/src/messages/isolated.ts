// People's text inside a sentence keeps its direction to itself: between U+2068 and U+2069 it can turn nothing else round.

const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/** The words as a sentence may hold them. Where markup can stand, `<bdi>` says the same. */
export const isolated = (words: string): string => `${FIRST_STRONG_ISOLATE}${words}${POP_ISOLATE}`
