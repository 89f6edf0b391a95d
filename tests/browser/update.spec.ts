// A new version of the app: it waits until the person says so, takes nothing of their work, leaves nothing of the old
// one behind, and one that did not arrive whole changes nothing.
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { TITLE } from './kit/clinic.ts'
import { Newer } from './kit/newer.ts'
import { member } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { drawPhoto } from './kit/photos.ts'
import { Server } from './kit/server.ts'

let server: Server
let newer: Newer

test.beforeAll(async () => {
  server = await Server.start()
  newer = await Newer.before(server)
})

test.afterAll(async () => {
  await newer.close()
  await server.stop()
})

/** The builds whose files the browser keeps. */
const builds = (phone: Phone) => phone.page.evaluate(() => caches.keys())

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('a new version waits for a word, and a draft in hand survives it', async ({}, info) => {
  const phone = new Phone(newer, info)
  await phone.activate(member)
  await phone.readyOffline()
  const page = phone.page
  const [first] = await builds(phone)
  await page.getByTestId('files').setInputFiles([drawPhoto(join(server.folder, 'pictures'), 'yard.png').path])
  await page.getByLabel('标题').fill(TITLE)
  await expect(page.getByTestId('saved')).toBeVisible()

  // One file of the new build does not arrive: the old one goes on, online and offline.
  newer.build = 'broken'
  newer.fails = '/icon.svg'
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update().catch(() => undefined))
  await expect.poll(() => newer.failures).toBeGreaterThan(0)
  await expect(page.getByText('有新版本')).toBeHidden()
  await phone.offline(true)
  await page.reload()
  await expect(page.getByLabel('标题')).toHaveValue(TITLE)
  await phone.offline(false)

  // The next arrives whole and waits.
  newer.build = 'next'
  newer.fails = undefined
  await page.evaluate(async () => void (await navigator.serviceWorker.ready).update())
  await expect(page.getByText('有新版本')).toBeVisible()
  await phone.look('waits')
  expect(await builds(phone)).toContain(first)
  const title = `${TITLE}（下午）`
  await page.getByLabel('标题').fill(title)
  await page.evaluate(() => Object.assign(window, { isOld: true }))
  await page.getByRole('button', { name: '点此更新' }).click()

  await page.waitForFunction(() => !('isOld' in window))
  await expect.poll(() => builds(phone)).toEqual(['app-next'])
  await expect(page.getByText('有新版本')).toBeHidden()
  await expect(page.getByLabel('标题')).toHaveValue(title)
  await phone.offline(true)
  await page.reload()
  await expect(page.getByLabel('标题')).toHaveValue(title)
  expect(phone.complaints).toEqual([])
  await phone.stop()
})
