// Screens by their addresses: the latest wish is shown, and the browser's arrows and clicks stay the browser's.
import { mount } from '@vue/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import { type Component, h } from 'vue'
import { type Found, place, RouterLink, router, startNavigation } from '@/ui/navigation'

const screen: Component = () => h('p')
const waiting = new Map<string, () => void>()

/** `/slow…` is found when the test says so, `/old` has moved. */
function find(path: string): Promise<Found> {
  const found = { path: path === '/old' ? '/new' : path, component: screen, params: {} }
  if (!path.startsWith('/slow')) return Promise.resolve(found)
  return new Promise((resolve) => waiting.set(path, () => resolve(found)))
}

const shown = () => [place.value?.path, location.pathname]

beforeEach(async () => {
  history.replaceState(null, '', '/start')
  await startNavigation(find)
})

test('the address is shown at start, and there is nothing to go back to', () => {
  expect(shown()).toEqual(['/start', '/start'])
  expect(router.canGoBack()).toBe(false)
})

test('a screen that was left can be gone back to, unless it was replaced', async () => {
  await router.push('/one')
  expect(shown()).toEqual(['/one', '/one'])
  expect(router.canGoBack()).toBe(true)
  const length = history.length
  await router.replace('/two')
  expect(shown()).toEqual(['/two', '/two'])
  expect(history.length).toBe(length)
  expect(router.canGoBack()).toBe(true)
})

test('an address that leads elsewhere is not kept', async () => {
  await router.push('/old')
  expect(shown()).toEqual(['/new', '/new'])
})

test('a screen that is found late does not push away a later one', async () => {
  const late = router.push('/slow')
  await router.push('/quick')
  waiting.get('/slow')?.()
  await late
  expect(shown()).toEqual(['/quick', '/quick'])
})

test('an act that is done late does not take the person from where they went meanwhile', async () => {
  const gone = router.onward()
  await router.push('/elsewhere')
  await gone.replace('/done')
  await gone.push('/done')
  expect(shown()).toEqual(['/elsewhere', '/elsewhere'])
  await router.onward().replace('/done')
  expect(shown()).toEqual(['/done', '/done'])
})

test('an act that is done while the next screen is still being fetched does not stop it', async () => {
  const act = router.onward()
  const going = router.push('/slow')
  await act.replace('/done')
  waiting.get('/slow')?.()
  await going
  expect(shown()).toEqual(['/slow', '/slow'])
})

test('a link leads to its screen, marks the one shown, and leaves other clicks to the browser', async () => {
  const link = mount(RouterLink, { props: { to: '/one' }, slots: { default: () => 'One' } })
  expect(link.attributes('aria-current')).toBeUndefined()
  let taken: boolean | undefined
  // The last listener: whatever was left to the browser ends here.
  link.element.addEventListener('click', (event) => {
    taken = event.defaultPrevented
    event.preventDefault()
  })
  await link.trigger('click', { ctrlKey: true })
  expect(taken).toBe(false)
  expect(shown()).toEqual(['/start', '/start'])
  await link.trigger('click')
  expect(taken).toBe(true)
  await vi.waitFor(() => expect(shown()).toEqual(['/one', '/one']))
  await link.vm.$nextTick()
  expect(link.attributes('aria-current')).toBe('page')
})
