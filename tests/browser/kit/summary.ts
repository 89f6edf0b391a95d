// The last lines of a run in which something failed, be it once: which test, where, and why, so that whoever sees only
// the end of a log knows.
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'

/** Of one error. */
const LINES_MAX = 12
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal.
const COLOURS = /\u001b\[[0-9;]*m/g

export default class Summary implements Reporter {
  private readonly failed: string[] = []

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === 'skipped') return
    const errors = result.errors.map(({ message = '', location }) => {
      const lines = message.replace(COLOURS, '').split('\n').filter(Boolean).slice(0, LINES_MAX)
      return [...lines, location ? `at ${location.file}:${location.line}` : ''].map((line) => `    ${line}`).join('\n')
    })
    this.failed.push(`${test.titlePath().filter(Boolean).join(' › ')} (${result.status})\n${errors.join('\n')}`)
  }

  onEnd(_: FullResult): void {
    for (const failure of this.failed) console.log(`\nFAILED ${failure}`)
  }
}
