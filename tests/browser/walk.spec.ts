// The main job on real input, walked by four people in browsers of their own: written without signal, killed,
// sent, cut in mid-upload, approved as seen, browsed, and downloaded bit for bit.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { addParticipant, addQuote, QUOTES, TITLE, writeClinic } from './kit/clinic.ts'
import { BRANCH, colleague, member, school, secretary } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { drawPhoto, type Picked } from './kit/photos.ts'
import { Server } from './kit/server.ts'

let server: Server
let author: Phone
let approver: Phone
let office: Phone
let twin: Phone
let photos: Picked[]

test.describe.configure({ mode: 'serial' })

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test.beforeAll(async ({}, info) => {
  server = await Server.start()
  author = new Phone(server, info)
  approver = new Phone(server, info)
  office = new Phone(server, info, 'desk')
  twin = new Phone(server, info)
  const folder = join(server.folder, 'pictures')
  photos = [
    drawPhoto(folder, 'yard.png'),
    drawPhoto(folder, 'table.png', 800, 600),
    // Large enough to be cut in the middle of its chunks of 4 MiB.
    drawPhoto(folder, 'queue.png', 2600, 2000),
  ]
})

test.afterAll(async () => {
  for (const phone of [author, approver, office, twin]) await phone.stop()
  await server.stop()
})

test('a member writes a 义诊 without signal, and a killed browser has it all', async () => {
  await author.activate(member)
  await author.readyOffline()
  await author.offline(true)
  let page = author.page
  await page.getByTestId('files').setInputFiles(photos.map((photo) => photo.path))
  await expect(page.getByTestId('media').getByTestId('tile')).toHaveCount(3)
  await writeClinic(page)
  await addParticipant(page)
  for (const quote of QUOTES) await addQuote(page, quote)
  await expect(page.getByTestId('saved')).toBeVisible()
  await author.look('1-written-offline')
  const address = page.url()

  await author.kill()
  page = await author.start()
  await author.offline(true)
  await page.goto(address)
  await expect(page.getByLabel('标题')).toHaveValue(TITLE)
  await expect(page.getByLabel('服务人次', { exact: true })).toHaveValue('63')
  await expect(page.getByLabel('针灸 · 服务人次')).toHaveValue('28')
  await expect(page.getByText('合计 4 小时')).toBeVisible()
  await expect(page.getByTestId('media').getByTestId('tile')).toHaveCount(3)
  for (const quote of QUOTES) await expect(page.getByText(quote)).toBeVisible()
  await author.submit()
  await expect(page.getByTestId('entry').filter({ hasText: TITLE })).toContainText('待上传')
})

test('back online the text goes first, and a cut upload goes on where it stopped', async () => {
  const page = author.page
  await author.go('待上传')
  await expect(page.getByTestId('file')).toHaveCount(3)
  await author.look('2-queue-offline')
  // The server dies in the middle of the largest file.
  let patched = 0
  page.on('request', (request) => {
    if (request.method() === 'PATCH') patched += 1
  })
  await author.offline(false)
  await expect(page.getByTestId('outbox')).toHaveAttribute('data-ops', '0', { timeout: 30_000 })
  await expect.poll(() => patched, { timeout: 60_000 }).toBeGreaterThan(4)
  await server.kill()
  await expect(page.getByTestId('file').first()).toBeVisible()
  await server.serve()
  await expect(page.getByTestId('sent').getByTestId('file')).toHaveCount(3, { timeout: 120_000 })
  await author.look('3-all-sent')
  expect(server.originals()).toBe(3)
})

test('the secretary approves what was seen, and a stale approval is refused with the change', async () => {
  await approver.activate(secretary)
  await approver.readyOffline()
  const page = approver.page
  await approver.go('待审核')
  await page.getByTestId('entry').filter({ hasText: TITLE }).click()
  await expect(page.getByText(QUOTES[0])).toBeVisible()
  await expect(page.getByText(QUOTES[1])).toBeVisible()
  await approver.look('4-review')
  await approver.offline(true)

  // Meanwhile the member takes it back, changes a figure, and submits again.
  await author.go('记录')
  await author.page.getByTestId('entry').filter({ hasText: TITLE }).click()
  await author.page.getByRole('button', { name: '撤回修改' }).click()
  await author.page.getByLabel('服务人次', { exact: true }).fill('64')
  await author.submit()
  await author.sent()

  await approver.approve()
  await approver.offline(false)
  await approver.go('待上传')
  await expect(page.getByTestId('refused')).toContainText('改动', { timeout: 30_000 })
  await approver.look('5-stale')
  // A refused verdict stays until a person removes it.
  await page.getByTestId('refused-card').getByRole('button', { name: '放入回收站' }).click()
  await expect(page.getByTestId('refused')).toHaveCount(0)

  await approver.go('待审核')
  await page.getByTestId('entry').filter({ hasText: TITLE }).click()
  const stale = page.getByTestId('stale')
  await expect(stale).toContainText('63')
  await expect(stale).toContainText('64')
  await approver.look('6-what-changed')
  await stale.getByRole('button', { name: '我已看过改动' }).click()
  await approver.approve()
  await expect(page.getByText('没有待审核的记录。')).toBeVisible()
  await approver.go('记录')
  await expect(page.getByTestId('entry').filter({ hasText: TITLE })).toContainText('已通过', { timeout: 30_000 })
})

test('the member sees the decision and the hours that count', async () => {
  const page = author.page
  await author.go('记录')
  await expect(page.getByTestId('entry').filter({ hasText: TITLE })).toContainText('已通过', { timeout: 60_000 })
  await author.go('我的')
  await expect(page.getByTestId('hours')).toContainText('4 小时')
  await author.look('7-hours')
})

test('the office browses the branch, and what is downloaded is what was picked', async () => {
  await office.activate(school)
  const page = office.page
  await office.go('素材库')
  await page.getByLabel('支部').selectOption({ label: BRANCH })
  await expect(page.getByTestId('gallery-tile')).toHaveCount(3, { timeout: 60_000 })
  await office.look('8-gallery')
  await page.getByTestId('gallery-tile').first().click()
  await office.look('9-viewer')
  const copying = page.waitForEvent('download')
  await page.getByTestId('download-copy').click()
  expect(readFileSync(await (await copying).path()).length).toBeGreaterThan(1000)

  for (const phone of [author, approver]) {
    await phone.go('记录')
    await phone.page.getByTestId('entry').filter({ hasText: TITLE }).click()
    // Tiles stand in the order in which the files were picked.
    for (const [at, photo] of photos.entries()) {
      await phone.page.getByTestId('tile').nth(at).click()
      const saving = phone.page.waitForEvent('download')
      await phone.page.getByTestId('download-original').click()
      const bytes = readFileSync(await (await saving).path())
      expect(createHash('sha256').update(bytes).digest('hex'), photo.path).toBe(photo.sha256)
      await phone.page.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
    }
  }
})

test('the same photo from two members is stored once, and neither can tell', async () => {
  await twin.activate(colleague)
  const page = twin.page
  const first = photos[0]
  if (!first) throw new Error('no photo')
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sent.push(request.url())
  })
  await page.getByTestId('files').setInputFiles([first.path])
  await expect(page.getByTestId('media').getByTestId('tile')).toHaveCount(1)
  await twin.go('待上传')
  await expect(page.getByTestId('sent').getByTestId('file')).toHaveCount(1, { timeout: 60_000 })
  expect(server.originals()).toBe(3)
  // All its bytes travelled, as if nobody had them.
  expect(sent.length).toBeGreaterThan(0)
})

test('nobody had to ask another host, and no page failed', () => {
  for (const phone of [author, approver, office, twin]) expect(phone.complaints).toEqual([])
  for (const word of [TITLE, ...QUOTES, '石槽村村委会院']) expect(server.log()).not.toContain(word)
})
