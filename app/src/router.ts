// Every screen and its address. Those of every day come with the first load; the others are files of their own, which
// the service worker keeps on the phone too: a phone needs them where there is no signal.
import { createRouter, createWebHistory } from 'vue-router'
import { account } from './core/account'
import { session } from './core/session'
import EntryListPage from './entries/EntryListPage.vue'
import EntryPage from './entries/EntryPage.vue'
import MePage from './me/MePage.vue'
import QueuePage from './queue/QueuePage.vue'
import ReviewListPage from './review/ReviewListPage.vue'
import ReviewPage from './review/ReviewPage.vue'
import SignInPage from './session/SignInPage.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'signIn', meta: { open: true }, component: SignInPage },
    { path: '/activate', name: 'activate', meta: { open: true }, component: SignInPage },
    { path: '/', redirect: () => home() },
    { path: '/entries', component: EntryListPage },
    { path: '/entries/:id', props: true, component: EntryPage },
    { path: '/queue', component: QueuePage },
    { path: '/queue/bin', component: () => import('./queue/BinPage.vue') },
    { path: '/review', component: ReviewListPage },
    { path: '/review/:id', props: true, component: ReviewPage },
    { path: '/gallery', component: () => import('./gallery/GalleryPage.vue') },
    { path: '/me', component: MePage },
    { path: '/me/accounts', component: () => import('./me/AccountsPage.vue') },
    { path: '/me/audit', component: () => import('./me/AuditPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

/** The first screen that has anything to show for this person. */
function home(): string {
  const { me } = account
  if (me?.records) return '/entries'
  if (me?.gallery) return '/gallery'
  return me?.review ? '/review' : '/me'
}

router.beforeEach((to) => {
  if (session.status !== 'signedIn' && !to.meta.open) return '/sign-in'
  return true
})
