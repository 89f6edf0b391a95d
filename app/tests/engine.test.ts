// @vitest-environment node
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { lists } from '@/core/wasm/lists'
import { Engine, initSync } from '@/core/wasm/miaopu_wasm'

const entropy = new Uint8Array(32).fill(7)
/** As the forms name them. */
const LIMITS = [
  ...['title', 'summary', 'place', 'before_note', 'during_note', 'after_note', 'others_count', 'caption', 'text'],
  ...['speaker.label', 'consent.reason', 'comment', 'participants.minutes', 'participants.name', 'participants.unit'],
  ...['clinic.host', 'clinic.visits', 'clinic.services', 'clinic.referrals', 'clinic.leaflets'],
  ...['clinic.filing.authority', 'volunteering.organiser', 'volunteering.beneficiary_count'],
  ...['meeting.topic', 'meeting.present', 'meeting.absent'],
]
const now = 1_569_031_200_000

beforeAll(() => {
  initSync({ module: readFileSync(new URL('../src/core/wasm/miaopu_wasm_bg.wasm', import.meta.url)) })
})

test('every limit and list the forms read is there', () => {
  for (const key of LIMITS) expect(lists.limits[key], key).toMatchObject({ max: expect.any(Number) })
  expect(lists.kinds[0]?.kind).toBe('free_clinic')
  expect(lists.sketchBytesMax).toBeGreaterThan(0)
})

test('nobody has a view before signing in', () => {
  expect(JSON.parse(Engine.load([]).view({ view: 'me' }, now, false))).toBeNull()
})

test('what is done is stored before it is sent, its text in form C', () => {
  const engine = Engine.load([])
  const branch = '01930000-0000-7000-8000-0000000000b2'
  const account = '01930000-0000-7000-8000-0000000000ac'
  const grant = { account, grant: { role: 'member', scope: { of: 'branch', id: branch } } } as const
  const me = { account, person: '01930000-0000-7000-8000-0000000000a1', name: '韩松', grants: [grant], branches: [] }
  engine.handle({ is: 'signedIn', me }, now, entropy)
  const entry = '01930000-0000-7000-8000-000000000001'
  const effects = engine.handle(
    { is: 'act', command: { do: 'create', entry, branch, values: { title: 'E\u0301cole 石槽村' } }, english: false },
    now,
    entropy,
  )
  const done = effects.map((effect) => effect.do)
  expect(done[0]).toBe('store')
  expect(done).not.toContain('denied')
  expect(JSON.parse(engine.view({ view: 'entry', entry }, now, false)).values.title).toBe('\u00c9cole 石槽村')
})
