// Weighs what a first visit downloads: every file of dist as the server sends it (the brotli twin where there is one).
// Run after `cargo xtask app`. Fails above the budget.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes: a first visit on a weak signal (some 100 kB/s) stays near two seconds. */
const FIRST_VISIT_MAX = 220_000
const WASM_MAX = 120_000
/** Fetched only when the app is put on the home screen. */
const LATER = /icon-512\.png$/

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  )

const all = files('dist')
const present = new Set(all)
const rows = all
  .filter((path) => !path.endsWith('.br') && !LATER.test(path))
  .map((path) => ({ path, size: statSync(present.has(`${path}.br`) ? `${path}.br` : path).size }))
  .sort((a, b) => b.size - a.size)
for (const { path, size } of rows) console.log(String(size).padStart(8), path)

const sum = (list) => list.reduce((total, { size }) => total + size, 0)
const total = sum(rows)
const wasm = sum(rows.filter(({ path }) => path.endsWith('.wasm')))
console.log(`first visit ${total} of ${FIRST_VISIT_MAX} bytes, wasm ${wasm} of ${WASM_MAX}`)
if (!all.some((path) => path.endsWith('.br'))) {
  console.log('dist holds no brotli twins: run `cargo xtask app`')
  process.exit(1)
}
process.exit(total > FIRST_VISIT_MAX || wasm > WASM_MAX || wasm === 0 ? 1 : 0)
