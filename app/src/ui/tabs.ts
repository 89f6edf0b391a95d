// The main navigation: at most four screens, of those that have anything to show for this person; 我的 leads to the rest.
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

/** As many as a thumb can tell apart, 我的 among them. */
const TABS_MAX = 4

/** The screens of the signed-in person but for 我的, those of every day first; none before signing in. */
const screens = computed<Tab[]>(() => {
  const { me, unsent } = account
  if (!me) return []
  const words = text.value.common
  const found: Tab[] = []
  if (me.records) found.push({ to: '/entries', name: words.records, icon: 'records', count: 0 })
  // An office without a branch has something there only while a verdict is on its way, or was refused.
  if (me.records || unsent) found.push({ to: '/queue', name: words.queue, icon: 'queue', count: unsent })
  if (me.review) found.push({ to: '/review', name: words.review, icon: 'review', count: me.waiting })
  if (me.gallery) found.push({ to: '/gallery', name: words.gallery, icon: 'gallery', count: 0 })
  return found
})

/** The tabs, 我的 the last. */
export const tabs = computed<Tab[]>(() =>
  account.me
    ? [...screens.value.slice(0, TABS_MAX - 1), { to: '/me', name: text.value.common.me, icon: 'me', count: 0 }]
    : [],
)

/** What has no tab and is reached from 我的. */
export const moreScreens = computed<Tab[]>(() => screens.value.slice(TABS_MAX - 1))
