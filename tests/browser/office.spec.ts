// Addresses that somebody has no screen for: typed or kept from another account, they show nothing and fail nothing.
import { expect, test } from '@playwright/test'
import { school } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { Server } from './kit/server.ts'

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('an office without a branch opens the address of the records, and no page fails', async ({}, info) => {
  const server = await Server.start()
  const desk = new Phone(server, info, 'desk')
  try {
    await desk.activate(school)
    await desk.page.goto(`${server.url}/entries`)
    await expect(desk.page.getByText('还没有记录。')).toBeVisible()
    expect(desk.complaints).toEqual([])
  } finally {
    await desk.stop()
    await server.stop()
  }
})
