// Every screen and its address. Those of every day come with the first load; the others are files of their own, which
// the service worker keeps on the phone too: a phone needs them where there is no signal.
import type { Component } from 'vue'
import { account } from './core/account'
import { session } from './core/session'
import EntryListPage from './entries/EntryListPage.vue'
import EntryPage from './entries/EntryPage.vue'
import MePage from './me/MePage.vue'
import QueuePage from './queue/QueuePage.vue'
import ReviewListPage from './review/ReviewListPage.vue'
import ReviewPage from './review/ReviewPage.vue'
import SignInPage from './session/SignInPage.vue'
import type { Found } from './ui/navigation'

interface Screen {
  /** Segments of its address; `:id` stands for any. */
  path: string
  /** A screen of every day. */
  component?: Component
  /** How another one is fetched. */
  fetched?: () => Promise<{ default: Component }>
  /** Shown before signing in too. */
  open?: true
}

const screens: Screen[] = [
  { path: '/sign-in', component: SignInPage, open: true },
  { path: '/activate', component: SignInPage, open: true },
  { path: '/entries', component: EntryListPage },
  { path: '/entries/:id', component: EntryPage },
  { path: '/queue', component: QueuePage },
  { path: '/queue/bin', fetched: () => import('./queue/BinPage.vue') },
  { path: '/review', component: ReviewListPage },
  { path: '/review/:id', component: ReviewPage },
  { path: '/gallery', fetched: () => import('./gallery/GalleryPage.vue') },
  { path: '/me', component: MePage },
  { path: '/me/accounts', fetched: () => import('./me/AccountsPage.vue') },
  { path: '/me/audit', fetched: () => import('./me/AuditPage.vue') },
]

/** What an address names by a screen's path; `undefined` where it is another screen's. */
function named(screen: Screen, path: string): Record<string, string> | undefined {
  const [wanted, given] = [screen.path.split('/'), path.split('/')]
  if (wanted.length !== given.length) return
  const params: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? ''
    if (part.startsWith(':') && value) params[part.slice(1)] = value
    else if (part !== value) return
  }
  return params
}

/** The screen of an address; one that is none, or not open to this person, leads to the first screen. */
export async function findScreen(path: string): Promise<Found> {
  for (const screen of screens) {
    const params = named(screen, path)
    if (!params) continue
    if (session.status !== 'signedIn' && !screen.open) return findScreen('/sign-in')
    const component = screen.component ?? (await screen.fetched?.())?.default
    if (component) return { path, params, component }
  }
  return findScreen(home())
}

/** The first screen that has anything to show for this person. */
function home(): string {
  const { me } = account
  if (me?.records) return '/entries'
  if (me?.gallery) return '/gallery'
  return me?.review ? '/review' : '/me'
}
