// A server of its own for a walk: the built binary on a free port of the loopback, with a roster of two branches,
// in a folder that goes with it. It can be killed without warning and started again on the same data.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { admin, ROSTER } from './people.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PROGRAM = process.env['MIAOPU_PROGRAM'] ?? join(ROOT, 'target/release/miaopu')
const START_MS = 30_000

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((ready) => probe.listen(0, '127.0.0.1', ready))
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'miaopu-browser-'))
  readonly url: string
  private child: ChildProcess | undefined
  private readonly codes = new Map<string, string>()

  private constructor(private readonly port: number) {
    this.url = `http://localhost:${port}`
  }

  /** A new installation, which serving makes, with the roster in it. */
  static async start(): Promise<Server> {
    const server = new Server(await freePort())
    const roster = join(server.folder, 'roster.csv')
    writeFileSync(roster, ROSTER)
    await server.serve()
    server.command('roster', 'import', roster)
    server.readCodes()
    const made = server.command('account', 'create-admin', '--number', admin.number, '--name', admin.name)
    server.codes.set(admin.number, made.trim().split(': ').at(-1) ?? '')
    return server
  }

  /** The one-time code of a number. */
  code(number: string): string {
    const code = this.codes.get(number)
    if (code === undefined) throw new Error(`no code for ${number}`)
    return code
  }

  /** Starts serving, on the same port and data as before. */
  async serve(): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a')
    this.child = spawn(PROGRAM, ['serve'], { env: this.env(), stdio: ['ignore', log, log], cwd: this.folder })
    closeSync(log)
    const until = Date.now() + START_MS
    while (Date.now() < until) {
      const answer = await fetch(`${this.url}/api/v1/health/ready`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((later) => setTimeout(later, 50))
    }
    throw new Error(`the server did not start:\n${this.log()}`)
  }

  /** Ends it at once, as a power failure would. */
  async kill(): Promise<void> {
    const child = this.child
    this.child = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
  }

  /** Ends it and takes its folder away. */
  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** What it logged. */
  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8')
  }

  /** How many originals the blob folder holds. */
  originals(): number {
    const folder = join(this.folder, 'data/blobs/original')
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length
  }

  private command(...words: string[]): string {
    const done = spawnSync(PROGRAM, words, { env: this.env(), cwd: this.folder, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`miaopu ${words.join(' ')}: ${done.stderr}`)
    return done.stdout
  }

  private readCodes(): void {
    const folder = join(this.folder, 'data')
    for (const name of readdirSync(folder).filter((one) => one.startsWith('activation-codes'))) {
      for (const line of readFileSync(join(folder, name), 'utf8').trim().split('\n').slice(1)) {
        const cells = line.split(',')
        const [number, code] = [cells[0], cells.at(-1)]
        if (number && code) this.codes.set(number, code.trim())
      }
    }
  }

  private env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      MIAOPU__DATA__DIR: join(this.folder, 'data'),
      MIAOPU__SERVER__LISTEN: `127.0.0.1:${this.port}`,
      MIAOPU__SERVER__PUBLIC_URL: this.url,
    }
  }
}
