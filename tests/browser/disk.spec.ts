// A phone whose disk takes nothing for a while: the person is told, nothing is believed that is not stored, and what
// was written before goes on its way by itself once there is room.
import { expect, type Page, test } from '@playwright/test'
import { TITLE } from './kit/clinic.ts'
import { member } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { Server } from './kit/server.ts'

let server: Server

test.beforeAll(async () => {
  server = await Server.start()
})

test.afterAll(() => server.stop())

/** Put before the engine's worker: rows are stored, or not, as the page says. */
const DISK = `{
  const put = IDBObjectStore.prototype.put
  let full = false
  new BroadcastChannel('disk').onmessage = ({ data }) => { full = data }
  IDBObjectStore.prototype.put = function (...row) {
    if (full) throw new DOMException('no room', 'QuotaExceededError')
    return put.apply(this, row)
  }
}`

async function diskIsFull(page: Page, isFull: boolean): Promise<void> {
  await page.evaluate((full) => new BroadcastChannel('disk').postMessage(full), isFull)
}

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('what could not be stored is said, and the phone begins again by itself', async ({}, info) => {
  const phone = new Phone(server, info)
  const page = await phone.start({ serviceWorkers: 'block' })
  await page.route(/engine\.worker-/, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: DISK + (await answer.text()) })
  })
  await phone.activate(member)
  await page.getByRole('button', { name: '写一句' }).click()
  const title = page.getByLabel('标题')
  await title.fill(TITLE)
  await title.blur()
  await expect(page.getByTestId('saved')).toHaveText('已保存在本机')
  await phone.sent()
  await phone.offline(true)
  await phone.go('记录')
  await page.getByTestId('entry').click()
  await title.fill(`${TITLE}（上午）`)
  await title.blur()
  await expect(page.getByTestId('saved')).toHaveText('已保存在本机')

  await diskIsFull(page, true)
  await title.fill(`${TITLE}（下午）`)
  await title.blur()
  await expect(page.getByRole('alert')).toBeVisible()
  await phone.look('full')
  await phone.offline(false)
  await diskIsFull(page, false)

  // What stands on the screen is stored too, without being typed again.
  await expect(page.getByTestId('saved')).toHaveText('已保存在本机')
  await expect(page.getByRole('alert')).toBeHidden()
  await phone.sent()
  await phone.go('记录')
  await expect(page.getByTestId('entry')).toContainText(`${TITLE}（下午）`)
  await phone.stop()
})
