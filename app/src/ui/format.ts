// Numbers and times as people read them.
const KB = 1000
const MB = KB * KB

/** A size in kB or MB. */
export function bytes(count: number): string {
  return count < MB ? `${Math.ceil(count / KB)} kB` : `${(count / MB).toFixed(1)} MB`
}
