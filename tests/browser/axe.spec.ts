// Every screen in light and dark, on a phone and on a desk: axe finds nothing.
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { addParticipant, addQuote, QUOTES, TITLE, writeClinic } from './kit/clinic.ts'
import { BRANCH, member, school, secretary } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
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

async function clean(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
    expect(found, `${screen}, ${colorScheme}`).toEqual([])
  }
}

async function visit(phone: Phone, tabs: readonly string[]): Promise<void> {
  for (const tab of tabs) {
    await phone.go(tab)
    await expect(phone.page.getByRole('heading', { level: 1, name: tab })).toBeVisible()
    await clean(phone.page, tab)
    await phone.look(`screen-${tab}`)
  }
}

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what a member sees', async ({}, info) => {
  const phone = new Phone(server, info)
  const page = await phone.start()
  for (const path of ['sign-in', 'activate']) {
    await page.goto(`${server.url}/${path}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await clean(page, path)
  }
  await phone.activate(member)
  const photo = drawPhoto(join(server.folder, 'pictures'), 'yard.png')
  await page.getByTestId('files').setInputFiles([photo.path])
  await expect(page.getByTestId('tile')).toHaveCount(1)
  await clean(page, 'an empty form')
  await writeClinic(page)
  await addParticipant(page)
  await addQuote(page, QUOTES[0])
  await clean(page, 'a full form')
  await page.getByRole('button', { name: '提交审核' }).click()
  await expect(page.getByTestId('entry').filter({ hasText: TITLE })).toBeVisible()
  await visit(phone, ['记录', '待上传', '我的'])
  await phone.go('待上传')
  await expect(page.getByTestId('sent')).toBeVisible({ timeout: 60_000 })
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
  await clean(page, 'an entry to decide')
  await page.getByRole('button', { name: '退回', exact: true }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await clean(page, 'returning')
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
  await page.getByRole('button', { name: '通过', exact: true }).click()
  await phone.go('待上传')
  await expect(page.getByTestId('ops')).toHaveCount(0, { timeout: 30_000 })
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
  await clean(desk.page, 'a gallery')
  await tile.click()
  await clean(desk.page, 'one large')
  await desk.look('viewer')
  await desk.stop()
})
