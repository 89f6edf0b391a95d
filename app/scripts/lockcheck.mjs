// Every name in `optionalDependencies` of a locked package must itself be in the lock file: npm leaves out what the
// registry lacks without a word, and then `npm ci` fails on another platform.
import { readFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync(process.argv[2] ?? 'package-lock.json', 'utf8'))
const locked = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')))
let missing = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved) {
    console.log(`${path} names its registry: keep omit-lockfile-registry-resolved in .npmrc`)
    missing++
  }
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (locked.has(name)) continue
    console.log(`${path} wants ${name}: not in the lock file`)
    missing++
  }
}
console.log(`${locked.size} packages, ${missing} wrong`)
process.exit(missing ? 1 : 0)
