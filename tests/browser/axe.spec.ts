// Every screen in light and dark, as wide as a phone and as a desk: axe finds nothing. Which screens there are is read
// from the router: one without a visit here fails.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { addParticipant, addQuote, QUOTES, TITLE, writeClinic } from './kit/clinic.ts'
import { admin, BRANCH, member, school, secretary } from './kit/people.ts'
import { Phone, VIEWPORTS } from './kit/phone.ts'
import { drawPhoto } from './kit/photos.ts'
import { Server } from './kit/server.ts'

let server: Server

test.describe.configure({ mode: 'serial' })

test.beforeAll(async () => {
  server = await Server.start()
})

test.afterAll(async () => {
  await server.stop()
})

const ROUTER = fileURLToPath(new URL('../../app/src/router.ts', import.meta.url))
const visited = new Set<string>()

/** The paths of the router's screens; those that only lead on have none. */
function screens(): string[] {
  const lines = readFileSync(ROUTER, 'utf8').split('\n')
  const paths = lines.filter((line) => /component|fetched/.test(line)).flatMap((line) => /path: '([^']+)'/.exec(line)?.[1] ?? [])
  expect(paths.length).toBeGreaterThan(5)
  return paths
}

/** The screen's path as the router has it: ids stand for themselves there. */
const screenOf = (page: Page) => new URL(page.url()).pathname.replace(/\/[0-9a-f]{8}-[0-9a-f-]{27}$/, '/:id')

/** Holds what is shown, or parts of a long page that stand for all of it, against axe. */
async function clean(phone: Phone, screen: string, parts: readonly string[] = []): Promise<void> {
  const { page } = phone
  visited.add(screenOf(page))
  for (const size of ['phone', 'desk'] as const) {
    await page.setViewportSize(VIEWPORTS[size])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const axe = parts.reduce((axe, part) => axe.include(part), new AxeBuilder({ page }))
      const { violations } = await axe.analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
      expect(found, `${screen}, ${size}, ${colorScheme}`).toEqual([])
      await phone.look(`${screen}-${size}-${colorScheme}`)
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(VIEWPORTS[phone.size])
}

async function visit(phone: Phone, tabs: readonly string[]): Promise<void> {
  for (const tab of tabs) {
    await phone.go(tab)
    await expect(phone.page.getByRole('heading', { level: 1, name: tab })).toBeVisible()
    await clean(phone, tab)
  }
}

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what a member sees', async ({}, info) => {
  const phone = new Phone(server, info)
  const page = await phone.start()
  for (const path of ['sign-in', 'activate']) {
    await page.goto(`${server.url}/${path}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await clean(phone, path)
  }
  await phone.activate(member)
  const photo = drawPhoto(join(server.folder, 'pictures'), 'yard.png')
  await page.getByTestId('files').setInputFiles([photo.path])
  await expect(page.getByTestId('tile')).toHaveCount(1)
  await clean(phone, 'an empty form')
  await writeClinic(page)
  await addParticipant(page)
  await addQuote(page, QUOTES[0])
  await clean(phone, 'a full form')
  await phone.submit()
  await expect(page.getByTestId('entry').filter({ hasText: TITLE })).toBeVisible()
  await visit(phone, ['记录', '待上传', '我的'])
  await phone.go('待上传')
  await expect(page.getByTestId('sent')).toBeVisible({ timeout: 60_000 })
  await phone.stop()
})

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what a member threw away', async ({}, info) => {
  const phone = new Phone(server, info)
  await phone.signIn(member)
  const page = phone.page
  await page.getByRole('button', { name: '写一句' }).click()
  await page.getByRole('button', { name: '丢弃草稿' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '丢弃草稿' }).click()
  await phone.go('待上传')
  await page.getByRole('link', { name: '回收站' }).click()
  await expect(page.getByTestId('binned')).toBeVisible()
  await clean(phone, 'bin')
  await phone.stop()
})

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what a secretary sees', async ({}, info) => {
  const phone = new Phone(server, info)
  await phone.activate(secretary)
  const page = phone.page
  await visit(phone, ['待审核'])
  await page.getByTestId('entry').filter({ hasText: TITLE }).click()
  await expect(page.getByRole('button', { name: '通过', exact: true })).toBeVisible()
  await clean(phone, 'an entry to decide')
  await page.getByRole('button', { name: '退回', exact: true }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await clean(phone, 'returning')
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
  await phone.approve()
  await phone.sent()
  await phone.go('我的')
  await page.getByRole('link', { name: '审计记录' }).click()
  await expect(page.getByTestId('audit')).toContainText(member.name)
  await clean(phone, 'audit')
  // Four tabs leave no room for it.
  await phone.go('我的')
  await page.getByRole('link', { name: '素材库' }).click()
  await expect(page.getByRole('heading', { name: '素材库' })).toBeVisible()
  await phone.stop()
})

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what an office of the school sees at a desk', async ({}, info) => {
  const desk = new Phone(server, info, 'desk')
  await desk.activate(school)
  await visit(desk, ['素材库', '我的'])
  await desk.go('素材库')
  await desk.page.getByLabel('支部').selectOption({ label: BRANCH })
  const tile = desk.page.getByTestId('gallery-tile').first()
  await expect(tile).toBeVisible({ timeout: 30_000 })
  await clean(desk, 'a gallery')
  await tile.click()
  await clean(desk, 'one large')
  await desk.page.getByTestId('want-original').click()
  await clean(desk, 'a reason for an original')
  await desk.page.getByLabel('为什么需要原件').fill('年度汇编印刷用')
  const saving = desk.page.waitForEvent('download')
  await desk.page.getByTestId('send-reason').click()
  await saving
  await desk.stop()
})

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what an administrator sees', async ({}, info) => {
  const desk = new Phone(server, info, 'desk')
  await desk.activate(admin)
  await desk.go('我的')
  await desk.page.getByRole('link', { name: '账号' }).click()
  const accounts = desk.page.getByTestId('accounts').getByRole('button')
  await expect(accounts.first()).toBeVisible()
  await clean(desk, 'accounts')
  await accounts.filter({ hasText: member.name }).click()
  await expect(desk.page.getByRole('dialog', { name: member.name }).getByRole('listitem')).not.toHaveCount(0)
  await clean(desk, 'an account')
  await desk.stop()
})

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what somebody who writes a program sees', async ({}, info) => {
  const phone = new Phone(server, info)
  const page = await phone.start()
  await page.goto(`${server.url}/api/docs`)
  await expect(page.getByRole('heading', { level: 1, name: 'Miaopu API' })).toBeVisible()
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider).toBe(0)
  // Every route and every shape is drawn alike: the first of each, with its examples open, stands for all.
  const parts = ['section:first-of-type article:first-of-type', 'section:last-of-type article:first-of-type']
  for (const part of parts) {
    await page.locator(`${part} details`).evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
  }
  await clean(phone, 'the API', ['header', 'nav', ...parts])
  await phone.stop()
})

test('no screen of the router was left out', () => {
  expect(screens().filter((path) => !visited.has(path))).toEqual([])
})
