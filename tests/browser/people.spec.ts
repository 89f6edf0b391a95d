// People about themselves and about their accounts: what may be published of somebody, who has which copy of a photo,
// and a lost password.
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { addParticipant, TITLE, writeClinic } from './kit/clinic.ts'
import { admin, colleague, member, secretary } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { drawPhoto } from './kit/photos.ts'
import { Server } from './kit/server.ts'

const PASSWORD = 'another long walk uphill'

let server: Server

test.describe.configure({ mode: 'serial' })

test.beforeAll(async () => {
  server = await Server.start()
})

test.afterAll(async () => {
  await server.stop()
})

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('who asked not to be pictured is named to who takes the photos and who decides', async ({}, info) => {
  const phone = new Phone(server, info)
  await phone.activate(member)
  await phone.go('我的')
  const section = phone.page.getByTestId('publicity')
  const pictured = section.getByRole('group', { name: '我可以出镜' })
  await pictured.getByLabel('不可以').check({ force: true })
  await section.getByRole('group', { name: '可以署我的名字' }).getByLabel('可以', { exact: true }).check({ force: true })
  await phone.look('publicity')
  await phone.page.reload()
  await expect(pictured.getByLabel('不可以')).toBeChecked()

  await phone.go('记录')
  const photo = drawPhoto(join(server.folder, 'pictures'), 'yard.png')
  await phone.page.getByTestId('files').setInputFiles([photo.path])
  await expect(phone.page.getByTestId('tile')).toHaveCount(1)
  await writeClinic(phone.page)
  await addParticipant(phone.page)
  await expect(phone.page.getByTestId('participants').getByText('请勿拍到或使用其影像')).toContainText(member.name)
  await phone.submit()
  await phone.go('待上传')
  await expect(phone.page.getByTestId('sent')).toBeVisible({ timeout: 60_000 })
  await phone.stop()
})

for (const [who, copy, other] of [
  [colleague, 'copy', 'original'],
  [secretary, 'original', 'copy'],
] as const) {
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
  test(`${who === colleague ? 'a colleague' : 'the secretary'} is offered the ${copy}`, async ({}, info) => {
    const phone = new Phone(server, info)
    await phone.activate(who)
    await phone.go('记录')
    await phone.page.getByTestId('entry').filter({ hasText: TITLE }).click()
    await expect(phone.page.getByTestId('card').getByText('请勿拍到或使用其影像')).toContainText(member.name)
    await phone.page.getByTestId('tile').click()
    const saving = phone.page.waitForEvent('download')
    await phone.page.getByTestId(`download-${copy}`).click()
    await saving
    await expect(phone.page.getByTestId(`download-${other}`)).toHaveCount(0)
    await phone.stop()
  })
}

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('an administrator gives a new code for a lost password, and it opens once', async ({}, info) => {
  const desk = new Phone(server, info, 'desk')
  await desk.activate(admin)
  await desk.go('我的')
  await desk.page.getByRole('link', { name: '账号' }).click()
  await desk.page.getByLabel('按姓名或工号、学号查找').fill(member.name)
  await desk.page.getByTestId('accounts').getByRole('button').click()
  await expect(desk.page.getByRole('dialog', { name: member.name }).getByText('党员')).toBeVisible()
  await desk.look('account')
  await desk.page.getByRole('button', { name: '重置账号' }).click()
  await desk.page.getByRole('dialog', { name: '重置账号' }).getByRole('button', { name: '重置账号' }).click()
  const code = await desk.page.getByTestId('new-code').locator('.code').textContent()
  await desk.look('new-code')

  const phone = new Phone(server, info)
  const page = await phone.start()
  await page.goto(`${server.url}/activate`)
  await page.getByLabel('工号或学号').fill(member.number)
  await page.getByLabel('激活码').fill(code ?? '')
  await page.getByLabel('设置密码').fill(PASSWORD)
  await page.getByRole('button', { name: '激活并登录' }).click()
  await expect(page.getByTestId('entry').filter({ hasText: TITLE })).toBeVisible()
  await phone.stop()
  await desk.stop()
})
