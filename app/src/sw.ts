/// <reference lib="webworker" />
// The service worker: the app's own files from the cache, everything under /api/ from the network and never kept.
// All files of a build lie in one cache of its own; a new build waits until a page says that it may take over.

export {} // a module for the compiler: `self` is another one here

declare const self: ServiceWorkerGlobalScope
/** Every file of this build by its address, and a hash over them all; written in by the build. */
declare const BUILD: { files: string[]; hash: string }

const { files, hash } = BUILD
const CACHE = `app-${hash}`
const PAGE = '/index.html'
/** Files whose names hold their hash: one that an older build has brought is the same. */
const HASHED = /^\/assets\//

/** Brings every file or fails: then the browser tries again at the next visit. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(
    files.map(async (path) => {
      const known = HASHED.test(path) ? await caches.match(path, { ignoreVary: true }) : undefined
      const answer = known ?? (await fetch(path, { cache: HASHED.test(path) ? 'default' : 'reload' }))
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
      await cache.put(path, answer)
    }),
  )
}

/** Pages that are open already are served from here on; what other builds kept goes. */
async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name)
  await self.clients.claim()
}

/** A file of this build; the network where the browser has thrown it out of the cache. */
async function file(path: string, request: Request): Promise<Response> {
  const kept = await caches.match(path, { cacheName: CACHE, ignoreVary: true })
  return kept ?? fetch(request)
}

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || pathname.startsWith('/api/')) return
  if (request.mode === 'navigate') event.respondWith(file(PAGE, request))
  else if (files.includes(pathname)) event.respondWith(file(pathname, request))
})
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})
