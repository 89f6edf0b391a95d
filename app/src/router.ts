// Every screen and its address. Screens beyond the first are fetched when they are opened, and cached for offline.
import { createRouter, createWebHistory } from 'vue-router'
import { account } from './core/account'
import { session } from './core/session'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'signIn', meta: { open: true }, component: () => import('./session/SignInPage.vue') },
    { path: '/activate', name: 'activate', meta: { open: true }, component: () => import('./session/SignInPage.vue') },
    { path: '/', redirect: () => home() },
    { path: '/entries', component: () => import('./entries/EntryListPage.vue') },
    { path: '/entries/:id', props: true, component: () => import('./entries/EntryPage.vue') },
    { path: '/queue', component: () => import('./queue/QueuePage.vue') },
    { path: '/review', component: () => import('./review/ReviewListPage.vue') },
    { path: '/review/:id', props: true, component: () => import('./review/ReviewPage.vue') },
    { path: '/gallery', component: () => import('./gallery/GalleryPage.vue') },
    { path: '/me', component: () => import('./me/MePage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
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
