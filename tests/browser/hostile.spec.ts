// What people type is shown as text wherever it is shown: markup is not markup, and right-to-left text turns nothing
// else round.
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { addParticipant, addQuote, writeClinic } from './kit/clinic.ts'
import { member, secretary } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { drawPhoto } from './kit/photos.ts'
import { Server } from './kit/server.ts'

/** Markup, an override of direction without its end, Hebrew, Arabic and an emoji of several parts. */
const HOSTILE = '<img src=x onerror=boom()>"\'&amp;{{1}}\u202Eabc שלום مرحبا 👩‍⚕️'
const LONG = '长'.repeat(2_900)

let server: Server

test.beforeAll(async () => {
  server = await Server.start()
})

test.afterAll(async () => {
  await server.stop()
})

/** Where the text is shown in a way that could act or turn what follows it. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate((hostile) => {
    const found: string[] = document.querySelector('img[src="x"]') ? ['markup became an element'] : []
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      const words = node.textContent ?? ''
      const around = node.parentElement
      if (!words.includes('\u202E') || !around) continue
      const alone = around.textContent?.trim() === hostile && getComputedStyle(around).unicodeBidi !== 'normal'
      if (!alone && !words.includes(`\u2068${hostile}\u2069`)) found.push(around.outerHTML)
    }
    return found
  }, HOSTILE)
}

async function shownAsText(page: Page, times: number): Promise<void> {
  await expect(page.getByText(HOSTILE).first()).toBeVisible()
  expect(await page.getByText(HOSTILE).count()).toBeGreaterThanOrEqual(times)
  expect(await faults(page)).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  expect(wide, 'the screen scrolls sideways').toBe(false)
}

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('hostile text is shown as text to its author and to who decides', async ({}, info) => {
  const phone = new Phone(server, info)
  await phone.activate(member)
  let page = phone.page
  await page.getByTestId('files').setInputFiles([drawPhoto(join(server.folder, 'pictures'), 'yard.png').path])
  await expect(page.getByTestId('tile')).toHaveCount(1)
  await writeClinic(page)
  for (const field of ['标题', '一句话', '主办单位']) await page.getByLabel(field, { exact: true }).fill(HOSTILE)
  await page.getByLabel('地点', { exact: true }).fill(HOSTILE)
  await page.getByLabel(/^事中跟进/).fill(LONG)
  await addParticipant(page)
  await addQuote(page, HOSTILE)
  await page.getByTestId('tile').click()
  await page.getByRole('dialog').getByLabel(/^说明/).fill(HOSTILE)
  await expect(page.getByRole('dialog').getByText(HOSTILE)).toBeVisible()
  expect(await faults(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
  await shownAsText(page, 2)
  await phone.look('form')
  await phone.submit()
  await shownAsText(page, 1)
  await phone.look('list')
  await page.getByTestId('entry').click()
  await shownAsText(page, 5)
  await expect(page.getByText(LONG)).toBeVisible()
  await phone.look('card')
  await phone.go('我的')
  await shownAsText(page, 1)
  await phone.sent()
  expect(phone.complaints).toEqual([])
  await phone.stop()

  const approver = new Phone(server, info)
  await approver.activate(secretary)
  page = approver.page
  await approver.go('待审核')
  await shownAsText(page, 1)
  await page.getByTestId('entry').click()
  await shownAsText(page, 5)
  await approver.look('review')
  expect(approver.complaints).toEqual([])
  await approver.stop()
})
