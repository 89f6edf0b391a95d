// A phone or a desk: a browser of its own that keeps its storage when it is killed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, chromium, expect, type Page, type TestInfo } from '@playwright/test'
import { type Person, passwordOf } from './people.ts'
import type { Server } from './server.ts'

export type Size = 'phone' | 'desk'

/** What a phone needs of a server: where it is, and the one-time code of a number. */
export type Place = Pick<Server, 'url' | 'code'>

export const VIEWPORTS = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 860 } } as const

export class Phone {
  /** Whatever the page complained about. */
  readonly complaints: string[] = []
  private readonly folder = mkdtempSync(join(tmpdir(), 'miaopu-phone-'))
  private context: BrowserContext | undefined
  private open: Page | undefined

  constructor(
    private readonly server: Place,
    private readonly info: TestInfo,
    readonly size: Size = 'phone',
  ) {}

  get page(): Page {
    if (!this.open) throw new Error('the browser is not running')
    return this.open
  }

  /** Starts the browser with what it kept. */
  async start(options: BrowserContextOptions = {}): Promise<Page> {
    const { launchOptions, locale, timezoneId, permissions } = this.info.project.use
    this.context = await chromium.launchPersistentContext(this.folder, {
      ...launchOptions,
      locale,
      timezoneId,
      permissions: [...(permissions ?? [])],
      viewport: VIEWPORTS[this.size],
      hasTouch: this.size === 'phone',
      isMobile: this.size === 'phone',
      acceptDownloads: true,
      ...options,
    })
    const page = this.context.pages()[0] ?? (await this.context.newPage())
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      const ours = origin === this.server.url || protocol === 'blob:' || protocol === 'data:'
      if (!ours) this.complaints.push(`a request left the origin: ${origin}`)
    })
    this.open = page
    return page
  }

  /** Ends the browser, as swiping it away would. */
  async kill(): Promise<void> {
    await this.context?.close()
    this.context = undefined
    this.open = undefined
  }

  async offline(off: boolean): Promise<void> {
    await this.context?.setOffline(off)
  }

  /** Opens the app and signs in with the activation code. */
  async activate(person: Person): Promise<void> {
    const page = this.open ?? (await this.start())
    await page.goto(`${this.server.url}/activate`)
    await page.getByLabel('工号或学号').fill(person.number)
    await page.getByLabel('激活码').fill(this.server.code(person.number))
    await page.getByLabel('设置密码').fill(passwordOf(person))
    await page.getByRole('button', { name: '激活并登录' }).click()
    await expect(page.getByRole('navigation', { name: '主导航' })).toBeVisible()
  }

  /** Opens the app and signs in with the password: another phone of somebody who has activated the account. */
  async signIn(person: Person): Promise<void> {
    const page = this.open ?? (await this.start())
    await page.goto(`${this.server.url}/sign-in`)
    await page.getByLabel('工号或学号').fill(person.number)
    await page.getByLabel('密码').fill(passwordOf(person))
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await expect(page.getByRole('navigation', { name: '主导航' })).toBeVisible()
  }

  /** Submits the entry that is open; what comes next begins at the list. */
  async submit(): Promise<void> {
    await this.decide('提交审核', '记录')
  }

  /** Approves the entry that is open; what comes next begins at the list. */
  async approve(): Promise<void> {
    await this.decide('通过', '待审核')
  }

  private async decide(act: string, list: string): Promise<void> {
    await this.page.getByRole('button', { name: act, exact: true }).click()
    await expect(this.page.getByRole('heading', { name: list, exact: true, level: 1 })).toBeVisible()
  }

  /** Waits until everything that was given here before is at the server. */
  async sent(): Promise<void> {
    await this.go('待上传')
    await expect(this.page.getByTestId('outbox')).toHaveAttribute('data-ops', '0', { timeout: 30_000 })
  }

  /** Waits until the app works without the server. */
  async readyOffline(): Promise<void> {
    await this.page.waitForFunction(async () => {
      await navigator.serviceWorker.ready
      return navigator.serviceWorker.controller !== null
    })
  }

  /** Goes to one of the main screens. */
  async go(tab: string): Promise<void> {
    await this.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: tab }).click()
  }

  /** Keeps a picture of the screen with the test's results. */
  async look(name: string): Promise<void> {
    await this.page.screenshot({ path: this.info.outputPath(`${name}.png`), fullPage: false })
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
