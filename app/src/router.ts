// Every screen and its address. Screens beyond the first are fetched when they are opened, and cached for offline.
import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/me', name: 'me', component: () => import('./me/MePage.vue') },
    { path: '/:rest(.*)*', redirect: '/me' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
