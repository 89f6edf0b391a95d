// What two phones write at once, what the server refuses and what a person throws away: nothing is lost, and the screen
// says what there is to do.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { addParticipant, TITLE, writeClinic } from './kit/clinic.ts'
import { member, secretary } from './kit/people.ts'
import { Phone, VIEWPORTS } from './kit/phone.ts'
import { drawPhoto } from './kit/photos.ts'
import { Server } from './kit/server.ts'

const THEIRS = '石槽村巡诊'
const MINE = '石槽村秋季义诊'
const COMMENT = '请补充带教医师'

let server: Server
let first: Phone
let second: Phone
let approver: Phone

test.describe.configure({ mode: 'serial' })

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test.beforeAll(async ({}, info) => {
  server = await Server.start()
  first = new Phone(server, info)
  second = new Phone(server, info)
  approver = new Phone(server, info)
})

test.afterAll(async () => {
  for (const phone of [first, second, approver]) await phone.stop()
  await server.stop()
})

/** A picture of the screen as wide as a phone and as a desk. */
async function lookAtBoth(phone: Phone, name: string): Promise<void> {
  for (const size of ['desk', 'phone'] as const) {
    await phone.page.setViewportSize(VIEWPORTS[size])
    await phone.look(`${name}-${size}`)
  }
}

async function openEntry(phone: Phone, title: string): Promise<void> {
  await phone.go('记录')
  await phone.page.getByTestId('entry').filter({ hasText: title }).click()
}

/** The author leaves the field: what is typed is sent. */
async function retitle(page: Page, title: string): Promise<void> {
  await page.getByLabel('标题').fill(title)
  await page.getByLabel('标题').blur()
  await expect(page.getByTestId('saved')).toHaveText('已保存在本机')
}

test('two phones edit one field: both values stand on the screen until one is taken', async () => {
  await first.activate(member)
  await first.page.getByRole('button', { name: '写一句' }).click()
  await retitle(first.page, TITLE)
  await first.sent()
  await second.signIn(member)
  await openEntry(second, TITLE)
  await second.offline(true)
  await retitle(second.page, MINE)
  await openEntry(first, TITLE)
  await retitle(first.page, THEIRS)
  await first.sent()
  await second.offline(false)

  const both = second.page.getByTestId('proposals')
  await expect(both.getByTestId('stands')).toContainText(THEIRS, { timeout: 60_000 })
  await expect(both.getByTestId('stands')).toContainText(`${member.name}`)
  await expect(both.getByTestId('stands')).toContainText(/\d{4}-\d\d-\d\d \d\d:\d\d/)
  await expect(both.getByTestId('proposed')).toContainText(MINE)
  await expect(both.getByTestId('proposed')).toContainText(/\d{4}-\d\d-\d\d \d\d:\d\d/)
  await lookAtBoth(second, 'proposals')
  await openEntry(first, THEIRS)
  await expect(first.page.getByTestId('proposals').getByTestId('proposed')).toContainText(MINE, { timeout: 60_000 })

  await both.getByRole('button', { name: '改写' }).click()
  const sheet = second.page.getByRole('dialog')
  await expect(sheet.getByLabel('标题')).toHaveValue(MINE)
  await sheet.getByLabel('标题').fill(`${MINE}（巡诊）`)
  await sheet.getByRole('button', { name: '保存' }).click()
  await expect(both).toHaveCount(0) // with its own field of this name
  await expect(second.page.getByLabel('标题')).toHaveValue(`${MINE}（巡诊）`)
  await expect(first.page.getByLabel('标题')).toHaveValue(`${MINE}（巡诊）`, { timeout: 60_000 })
  await expect(first.page.getByTestId('proposals')).toHaveCount(0)
})

test('a draft thrown away lies in the bin, bytes and all, and comes back', async () => {
  const { page } = first
  const photo = drawPhoto(join(server.folder, 'pictures'), 'yard.png')
  await page.getByTestId('files').first().setInputFiles([photo.path])
  await expect(page.getByTestId('tile')).toHaveCount(1)
  await page.getByRole('button', { name: '丢弃草稿' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '丢弃草稿' }).click()
  await expect(page.getByText('还没有记录')).toBeVisible()
  await first.sent()
  await page.getByRole('link', { name: '回收站' }).click()
  await expect(page.getByTestId('binned')).toContainText(MINE)
  await lookAtBoth(first, 'bin')
  await page.getByRole('button', { name: '放回' }).click()
  await expect(page.getByLabel('标题')).toHaveValue(`${MINE}（巡诊）`)
  await expect(page.getByTestId('tile')).toHaveCount(1)
  await first.go('待上传')
  await expect(page.getByTestId('sent').getByTestId('file')).toHaveCount(1, { timeout: 60_000 })
  expect(server.originals()).toBe(1)
})

test('a refused return is changed and sent again from the tray', async () => {
  await openEntry(first, MINE)
  await writeClinic(first.page)
  await addParticipant(first.page)
  await first.submit()
  await first.sent()

  await approver.activate(secretary)
  await approver.readyOffline()
  const { page } = approver
  await approver.go('待审核')
  await page.getByTestId('entry').filter({ hasText: TITLE }).click()
  await expect(page.getByRole('button', { name: '退回', exact: true })).toBeVisible()
  await approver.offline(true)
  await openEntry(first, TITLE)
  await first.page.getByRole('button', { name: '撤回修改' }).click()
  await first.page.getByLabel('服务人次', { exact: true }).fill('64')
  await first.submit()
  await first.sent()

  await page.getByRole('button', { name: '退回', exact: true }).click()
  await page.getByLabel('退回的原因').fill(COMMENT)
  await page.getByTestId('send-reason').click()
  await approver.go('待上传')
  const packing = page.waitForEvent('download')
  await page.getByTestId('pack').click()
  const packed = readFileSync(await (await packing).path())
  expect(packed.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
  expect(packed.toString('utf8')).toContain(COMMENT)

  await approver.offline(false)
  const card = page.getByTestId('refused-card')
  await expect(card).toContainText('改动', { timeout: 30_000 })
  await lookAtBoth(approver, 'tray')
  // Into the bin and back: it waits as before.
  await card.getByRole('button', { name: '放入回收站' }).click()
  await expect(card).toHaveCount(0)
  await page.getByRole('link', { name: '回收站' }).click()
  await page.getByTestId('binned').getByRole('button', { name: '放回' }).click()
  await expect(card).toBeVisible()

  await approver.go('待审核')
  await page.getByTestId('entry').filter({ hasText: TITLE }).click()
  await page.getByTestId('stale').getByRole('button', { name: '我已看过改动' }).click()
  await approver.go('待上传')
  await card.getByRole('button', { name: '改后重发' }).click()
  const sheet = page.getByRole('dialog')
  await expect(sheet.getByLabel('说明')).toHaveValue(COMMENT)
  await lookAtBoth(approver, 'resend')
  await sheet.getByLabel('说明').fill(`${COMMENT}的姓名`)
  await sheet.getByRole('button', { name: '重发' }).click()
  await expect(card).toHaveCount(0)
  await openEntry(first, TITLE)
  await expect(first.page.getByTestId('comment')).toContainText(`${COMMENT}的姓名`, { timeout: 60_000 })
})

test('no page failed', () => {
  for (const phone of [first, second, approver]) expect(phone.complaints).toEqual([])
})
