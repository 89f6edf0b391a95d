// Two colleagues wrote down one 义诊: the secretary sees that it may be the same one, and makes one record of both.
import { expect, test } from '@playwright/test'
import { addParticipant, addQuote, QUOTES, TITLE, writeClinic } from './kit/clinic.ts'
import { colleague, member, secretary } from './kit/people.ts'
import { Phone, VIEWPORTS } from './kit/phone.ts'
import { Server } from './kit/server.ts'

const OTHER_TITLE = '石槽村义诊（另一组）'

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('two records of one activity become one, and the figures wait side by side', async ({}, info) => {
  const server = await Server.start()
  const phone = new Phone(server, info)
  await phone.activate(member)
  await phone.page.getByRole('button', { name: '写一句' }).click()
  await writeClinic(phone.page)
  await addParticipant(phone.page)
  await phone.submit()

  const other = new Phone(server, info)
  await other.activate(colleague)
  await other.page.getByRole('button', { name: '写一句' }).click()
  await writeClinic(other.page)
  await addParticipant(other.page)
  await addQuote(other.page, QUOTES[0])
  await other.page.getByLabel('标题').fill(OTHER_TITLE)
  await other.page.getByLabel('服务人次', { exact: true }).fill('81')
  await other.submit()
  await other.sent()

  const desk = new Phone(server, info)
  await desk.activate(secretary)
  await desk.go('待审核')
  await desk.page.getByTestId('entry').filter({ hasText: OTHER_TITLE }).click()
  const warning = desk.page.getByTestId('warnings').getByText('这可能是同一次活动')
  await expect(warning).toBeVisible()
  for (const size of ['desk', 'phone'] as const) {
    await desk.page.setViewportSize(VIEWPORTS[size])
    await desk.look(`hint-${size}`)
  }
  await desk.page.getByTestId('combine').click()
  await desk.page.getByRole('dialog').getByRole('button', { name: '合并到那一条' }).click()

  // The one that stays is open now, with what both said.
  await expect(desk.page.getByRole('heading', { name: TITLE, level: 1 })).toBeVisible()
  await expect(desk.page.getByTestId('absorbed')).toContainText(colleague.name)
  await expect(desk.page.getByText(QUOTES[0])).toBeVisible()
  await expect(desk.page.getByTestId('proposals').getByText('81')).toBeVisible()
  await desk.look('combined')
  await desk.approve()
  await desk.sent()

  // The colleague is led to it; the author is asked which figure holds.
  await other.go('记录')
  await other.page.getByTestId('entry').filter({ hasText: OTHER_TITLE }).click()
  await expect(other.page.getByTestId('combined-into')).toBeVisible({ timeout: 30_000 })
  await other.look('ended')
  await phone.go('记录')
  await phone.page.getByTestId('entry').filter({ hasText: TITLE }).click()
  const proposals = phone.page.getByTestId('proposals')
  await expect(proposals.getByText('81')).toBeVisible({ timeout: 30_000 })
  for (const one of [phone, other, desk]) {
    expect(one.complaints).toEqual([])
    await one.stop()
  }
  await server.stop()
})
