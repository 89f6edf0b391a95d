// Everything that is not at the server, as files a person can open anywhere: words as text, originals bit for bit, and
// the acts themselves as they would have been sent. The way out of a phone that cannot send.
import { hand, mediaBytes } from '@/core/downloads'
import { view } from '@/core/engine'
import { fileNames, unsentRows } from '@/core/phoneFiles'
import type { EntryView, OutboxView, RefusedView } from '@/core/views'
import { type Packed, zip } from '@/core/zip'
import { describedFields, fieldName, fieldWords } from '@/entries/fields'
import { participantsOf, participantWords } from '@/entries/participants'
import { text } from '@/messages'
import { word } from '@/ui/lookup'
import { moment } from '@/ui/time'

/** Longer names are cut: some systems refuse paths above 255 bytes. */
const NAME_MAX = 40

/** A name that every system takes. */
const safe = (name: string): string =>
  [...name.replace(/[\\/:*?"<>|\p{Cc}\p{Cf}]/gu, '_').trim()].slice(0, NAME_MAX).join('') || '_'

const page = (lines: readonly string[]): Blob => new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/plain' })

const valueLines = (values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values).map(([key, value]) => `${fieldName(key)}：${fieldWords(key, value)}`)

function cardLines(card: RefusedView): string[] {
  const { queue, entries } = text.value
  const head = [card.title || entries.untitled, `${word(queue.acts, card.what)} ${moment(card.at)}`]
  return [...head, card.reason.message, ...valueLines(card.values)]
}

async function entryLines(entry: EntryView): Promise<string[]> {
  const { entries } = text.value
  const people = new Map((await view('people', { branch: entry.branch })).map(({ id, name }) => [id, name]))
  const who = participantsOf(entry.values).map(
    ({ value }) => `${entries.participants}：${participantWords(value, people)}`,
  )
  const quotes = entry.quotes.map((quote) => `${entries.quotes}：“${quote.text}” ${quote.speaker?.label ?? ''}`)
  const fields = describedFields(entry.values).map(({ name, words }) => `${name}：${words}`)
  return [entry.branchName, entries.by(entry.author), ...fields, ...who, ...quotes]
}

/** The bytes of these media that are still on the phone, under the names they came with. */
async function files(folder: string, media: readonly string[]): Promise<Packed[]> {
  const names = await fileNames()
  const found: Packed[] = []
  for (const [index, id] of media.entries()) {
    const bytes = await mediaBytes(id)
    if (bytes) found.push({ name: `${folder}/${index + 1}-${safe(names.get(id) ?? id)}`, bytes })
  }
  return found
}

async function save(packed: readonly Packed[], name: string): Promise<void> {
  const archives = await zip(packed, new Date())
  for (const [index, bytes] of archives.entries()) {
    hand(bytes, archives.length > 1 ? `${name}-${index + 1}.zip` : `${name}.zip`)
  }
}

/** Hands over one refused card: its words and its media. */
export async function packCard(card: RefusedView): Promise<void> {
  const name = safe(card.title || text.value.entries.untitled)
  const words = { name: `${name}.txt`, bytes: page(cardLines(card)) }
  await save([words, ...(await files(name, card.media))], name)
}

/** Hands over everything of the queue. */
export async function packUnsent(outbox: OutboxView): Promise<void> {
  const unsent = outbox.files.filter(({ state }) => state !== 'sent')
  const ids = new Set([...outbox.unsent, ...outbox.refused, ...unsent].map(({ entry }) => entry))
  const packed: Packed[] = [
    { name: 'ops.json', bytes: new Blob([JSON.stringify(await unsentRows())], { type: 'application/json' }) },
  ]
  for (const [index, id] of [...ids].entries()) {
    const entry = await view('entry', { entry: id })
    const cards = outbox.refused.filter((card) => card.entry === id)
    const title = String(entry?.values.title ?? cards[0]?.title ?? '') || text.value.entries.untitled
    const folder = `${index + 1}-${safe(title)}`
    const lines = [...(entry ? await entryLines(entry) : []), ...cards.flatMap((card) => ['', ...cardLines(card)])]
    const media = new Set([
      ...unsent.filter((file) => file.entry === id).map((file) => file.media),
      ...cards.flatMap((card) => card.media),
    ])
    packed.push({ name: `${folder}/${folder}.txt`, bytes: page(lines) }, ...(await files(folder, [...media])))
  }
  await save(packed, `miaopu-${moment(Date.now()).replace(/[ :]/g, '-')}`)
}
