// How long the app takes from nothing to its first row without a signal, on a processor that is a quarter as quick.
// Run by the bench, which names the server, somebody's number and code, the rows to wait for, and the file of figures.
import { writeFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { Phone } from './kit/phone.ts'

/** How much slower the page's thread runs than this machine does. */
const CPU_SLOWDOWN = 4
const STARTS = 5
/** Milliseconds that a phone may take to fetch what it starts with. */
const FILL_MS = 120_000

function given(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: this file is run by \`make bench\``)
  return value
}

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('the first row without a signal', async ({}, info) => {
  const server = { url: given('MIAOPU_FIGURE_URL'), code: () => given('MIAOPU_FIGURE_CODE') }
  const phone = new Phone(server, info)
  const times: number[] = []
  try {
    await phone.activate({ number: given('MIAOPU_FIGURE_NUMBER'), name: '' })
    await phone.readyOffline()
    await phone.go('记录')
    const rows = Number(given('MIAOPU_FIGURE_ROWS'))
    await expect(phone.page.getByTestId('entry')).toHaveCount(rows, { timeout: FILL_MS })
    for (let start = 0; start < STARTS; start += 1) times.push(await coldStart(phone, server.url))
  } finally {
    await phone.stop()
  }
  writeFileSync(given('MIAOPU_FIGURE_FILE'), JSON.stringify(times))
})

/** Ends the browser, starts it anew, and answers the milliseconds from opening the address to the first row drawn. */
async function coldStart(phone: Phone, url: string): Promise<number> {
  await phone.kill()
  const page = await phone.start()
  await phone.offline(true)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
  await page.addInitScript(() => {
    const watcher = new MutationObserver(() => {
      if (!document.querySelector('[data-testid="entry"]')) return
      watcher.disconnect()
      requestAnimationFrame(() => {
        performance.mark('first-row')
        console.debug('first-row')
      })
    })
    watcher.observe(document, { childList: true, subtree: true })
  })
  // The page says when: asking it again and again would take the time of its slowed thread.
  const drawn = page.waitForEvent('console', { predicate: (line) => line.text() === 'first-row', timeout: FILL_MS })
  await page.goto(`${url}/`)
  await drawn
  return page.evaluate(() => performance.getEntriesByName('first-row')[0]?.startTime ?? Number.NaN)
}
