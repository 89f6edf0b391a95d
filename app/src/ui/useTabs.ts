// The main navigation: at most four screens, those that have anything to show for this person.
import { computed } from 'vue'
import { account } from '@/core/account'
import { text } from '@/messages'
import type { IconName } from './AppIcon.vue'

export interface Tab {
  to: string
  name: string
  icon: IconName
  count: number
}

/** The tabs of the signed-in person; none before signing in. */
export function useTabs() {
  return computed<Tab[]>(() => {
    const { me, unsent } = account
    if (!me) return []
    const words = text.value.common
    const tabs: Tab[] = []
    if (me.records) tabs.push({ to: '/entries', name: words.records, icon: 'records', count: 0 })
    // An office without a branch has something there only while a verdict is on its way, or was refused.
    if (me.records || unsent) tabs.push({ to: '/queue', name: words.queue, icon: 'queue', count: unsent })
    if (me.review) tabs.push({ to: '/review', name: words.review, icon: 'review', count: me.waiting })
    if (me.gallery) tabs.push({ to: '/gallery', name: words.gallery, icon: 'gallery', count: 0 })
    // A secretary's branch shows its media in the entries; four tabs are what a thumb can tell apart.
    const last = { to: '/me', name: words.me, icon: 'me', count: 0 } as const
    return [...tabs.slice(0, 3), last]
  })
}
