// Writing down a 义诊 as its author does, field by field.
import { expect, type Page } from '@playwright/test'
import { member } from './people.ts'

export const TITLE = '石槽村周六义诊'
export const QUOTES = ['俺这腿上坡跟灌了铅似的，扎完敢迈步了。', '<b>不收钱</b>还管量血压？😀 \u202Eabc'] as const

/** What happened, where, and the figures. */
export async function writeClinic(page: Page): Promise<void> {
  await page.getByLabel('活动类型').selectOption({ label: '义诊' })
  await page.getByLabel('标题').fill(TITLE)
  await page.getByLabel('一句话').fill('为石槽村老人针灸、推拿、量血压，讲怎样防摔倒')
  await page.getByLabel('开始时间').fill('2026-09-19T08:30')
  await page.getByLabel('结束时间').fill('2026-09-19T12:30')
  await page.getByLabel('地点', { exact: true }).fill('石槽村村委会院')
  await page.getByLabel('主办单位').fill('附属医院骨伤科')
  await page.getByRole('group', { name: '义诊备案' }).getByLabel('无需备案').check({ force: true })
  await page.getByLabel('服务人次', { exact: true }).fill('63')
  const services = page.getByRole('group', { name: '服务项目与人次' })
  await services.getByLabel('针灸').check({ force: true })
  await services.getByLabel('测血压').check({ force: true })
  await page.getByLabel('针灸 · 服务人次').fill('28')
  await page.getByLabel('测血压 · 服务人次').fill('60')
}

/** Who took part, with minutes over the whole time. */
export async function addParticipant(page: Page): Promise<void> {
  const section = page.getByTestId('participants')
  await section.getByRole('button', { name: '添加本支部成员' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel(member.name).check({ force: true })
  await sheet.getByRole('button', { name: '完成' }).click()
  await section.getByRole('button', { name: '按活动时间填 240 分钟' }).click()
  await expect(section.getByText('合计 4 小时')).toBeVisible()
}

/** What somebody said, word for word. */
export async function addQuote(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: '添加一句原话' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('他们怎么说的').fill(words)
  await sheet.getByLabel('服务对象').check({ force: true })
  await sheet.getByLabel(/^称呼/).fill('村民，七十来岁')
  await sheet.getByRole('button', { name: '保存' }).click()
  await expect(page.getByTestId('quotes').getByText(words)).toBeVisible()
}
