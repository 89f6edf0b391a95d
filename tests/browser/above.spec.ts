// A branch with one approver, who wrote the entry: the committee above finds it in its queue and decides it.
import { expect, test } from '@playwright/test'
import { TITLE, writeClinic } from './kit/clinic.ts'
import { committee, OTHER_BRANCH, stranger } from './kit/people.ts'
import { Phone, VIEWPORTS } from './kit/phone.ts'
import { Server } from './kit/server.ts'

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what nobody in the branch may decide is decided by the committee above', async ({}, info) => {
  const server = await Server.start()
  const author = new Phone(server, info)
  const desk = new Phone(server, info, 'desk')
  try {
    await author.activate(stranger)
    await author.page.getByRole('button', { name: '写一句' }).click()
    await writeClinic(author.page)
    const section = author.page.getByTestId('participants')
    await section.getByRole('button', { name: '添加本支部成员' }).click()
    await author.page.getByRole('dialog').getByLabel(stranger.name).check({ force: true })
    await author.page.getByRole('dialog').getByRole('button', { name: '完成' }).click()
    await author.submit()
    await author.sent()

    await desk.activate(committee)
    await desk.go('待审核')
    const row = desk.page.getByTestId('entry').filter({ hasText: TITLE })
    await expect(row).toContainText(OTHER_BRANCH)
    for (const size of ['phone', 'desk'] as const) {
      await desk.page.setViewportSize(VIEWPORTS[size])
      await desk.look(`above-${size}`)
    }
    await row.click()
    await expect(desk.page.getByTestId('card')).toContainText(stranger.name)
    await desk.look('above-card')
    await desk.approve()
    await expect(desk.page.getByText('没有待审核的记录。')).toBeVisible()

    await author.go('记录')
    await expect(author.page.getByTestId('entry').filter({ hasText: TITLE })).toContainText('已通过', {
      timeout: 60_000,
    })
    for (const phone of [author, desk]) expect(phone.complaints).toEqual([])
  } finally {
    await author.stop()
    await desk.stop()
    await server.stop()
  }
})
