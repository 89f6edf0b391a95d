// A role in words, with the branch it is held in.
import { account } from '@/core/account'
import type { Grant } from '@/core/views'
import { text } from '@/messages'
import { word } from '@/ui/lookup'

/** “骨伤科党支部 · 支部书记”; a branch that this phone does not know goes without its name. */
export function roleWords({ role, scope }: Grant): string {
  const known = [...(account.me?.branches ?? []), ...account.branches]
  const branch = scope.of === 'branch' ? known.find(({ id }) => id === scope.id)?.name : undefined
  return [branch, word(text.value.domain.roles, role)].filter(Boolean).join(' · ')
}
