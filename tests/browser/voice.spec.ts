// A voice that was recorded in the field: what was said is heard again, and seen, by those who may.
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { addParticipant, TITLE, writeClinic } from './kit/clinic.ts'
import { member, secretary } from './kit/people.ts'
import { Phone } from './kit/phone.ts'
import { drawVoice } from './kit/photos.ts'
import { Server } from './kit/server.ts'

// biome-ignore lint/correctness/noEmptyPattern: Playwright wants the first argument destructured.
test('the secretary hears a voice and sees where it is loud', async ({}, info) => {
  const server = await Server.start()
  const phone = new Phone(server, info)
  await phone.activate(member)
  await phone.go('记录')
  const voice = drawVoice(join(server.folder, 'voices'), 'memo.wav')
  await phone.page.getByTestId('files').setInputFiles([voice.path])
  await writeClinic(phone.page)
  await addParticipant(phone.page)
  await phone.submit()
  await phone.go('待上传')
  await expect(phone.page.getByTestId('sent')).toBeVisible({ timeout: 60_000 })
  await phone.stop()

  const desk = new Phone(server, info)
  await desk.activate(secretary)
  await desk.go('待审核')
  await desk.page.getByTestId('entry').filter({ hasText: TITLE }).click()
  const drawn = desk.page.getByTestId('wave')
  await expect(drawn).toBeVisible({ timeout: 60_000 })
  // It swells and fades: the middle is drawn longer than the ends.
  const heights = (await drawn.locator('path').getAttribute('d'))?.match(/(?<=v)\d+/g)?.map(Number) ?? []
  expect(heights.length).toBeGreaterThan(50)
  expect(heights[heights.length >> 1]).toBeGreaterThan(4 * (heights[0] ?? 0))
  const player = desk.page.locator('audio')
  await expect.poll(() => player.evaluate((heard: HTMLAudioElement) => Math.round(heard.duration))).toBe(3)
  await drawn.scrollIntoViewIfNeeded()
  await desk.look('voice')
  expect(desk.complaints).toEqual([])
  await desk.stop()
  await server.stop()
})
