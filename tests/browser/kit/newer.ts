// A door before a server that can pretend the app was built anew: the service worker it hands out then names another
// build, and one of that build's files can be made to fail. Everything else passes as it is.
import { createServer, type IncomingMessage, request, type Server as Door, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Place } from './phone.ts'
import type { Server } from './server.ts'

/** The hash of the build as it stands in the service worker. */
const HASH = /"hash":"([^"]+)"/

export class Newer implements Place {
  /** The build that the service worker names from now on; undefined: the real one. */
  build: string | undefined
  /** This file is answered with 503. */
  fails: string | undefined
  /** How often that happened. */
  failures = 0
  readonly url: string

  private constructor(
    private readonly server: Server,
    private readonly door: Door,
  ) {
    this.url = `http://localhost:${(door.address() as AddressInfo).port}`
  }

  static async before(server: Server): Promise<Newer> {
    let newer: Newer | undefined
    const door = createServer((asked, answer) => newer?.pass(asked, answer))
    await new Promise<void>((open) => door.listen(0, '127.0.0.1', open))
    newer = new Newer(server, door)
    return newer
  }

  code(number: string): string {
    return this.server.code(number)
  }

  async close(): Promise<void> {
    this.door.closeAllConnections()
    await new Promise((closed) => this.door.close(closed))
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    if (asked.url === this.fails) {
      this.failures += 1
      answer.writeHead(503).end()
      return
    }
    const isWorker = asked.url === '/sw.js'
    const headers = { ...asked.headers }
    if (isWorker) {
      // The whole text, which is the other build's.
      headers['accept-encoding'] = 'identity'
      delete headers['if-none-match']
    }
    const passed = request(`${this.server.url}${asked.url}`, { method: asked.method, headers }, (got) => {
      if (isWorker && this.build !== undefined && got.statusCode === 200) this.rename(got, answer)
      else got.pipe(answer.writeHead(got.statusCode ?? 502, got.headers))
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  }

  private rename(got: IncomingMessage, answer: ServerResponse): void {
    const parts: Buffer[] = []
    got.on('data', (part: Buffer) => parts.push(part))
    got.on('end', () => {
      const { 'content-length': _, etag: __, ...headers } = got.headers
      const text = Buffer.concat(parts).toString().replace(HASH, `"hash":"${this.build}"`)
      answer.writeHead(200, headers).end(text)
    })
  }
}
