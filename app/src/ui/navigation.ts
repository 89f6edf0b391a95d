// Which screen is shown: its address in the browser's history, and links that lead to it. Which screens there are
// stands in router.ts.
import { type Component, defineComponent, h, shallowRef } from 'vue'

export interface Found {
  path: string
  component: Component
  /** What the address names, such as an entry's id: the screen's properties. */
  params: Record<string, string>
}

/** Finds the screen for an address; its own address may be another one. */
export type Find = (path: string) => Promise<Found>

/** The way on from a screen, for as long as the person stays on it. */
export interface Onward {
  push(path: string): Promise<void>
  replace(path: string): Promise<void>
}

/** What is shown; nothing before the first screen was found. */
export const place = shallowRef<Found>()

let find: Find
let latest = 0

/** Shows a screen once its code is there, unless another one was asked for meanwhile. */
async function show(path: string, enter: (path: string) => void): Promise<void> {
  const mine = ++latest
  const next = await find(path)
  if (mine !== latest) return
  enter(next.path)
  place.value = next
}

const stay = (path: string) => history.replaceState({ back: history.state?.back }, '', path)

/** Leads to other screens by their addresses. */
export const router = {
  push: (path: string) => show(path, (found) => history.pushState({ back: place.value?.path }, '', found)),
  /** The screen left is not come back to. */
  replace: (path: string) => show(path, stay),
  /** For acts that take a while, asked for as they begin: leads on when they are done, unless the person has gone
   * elsewhere by then. */
  onward: (): Onward => {
    const begun = latest
    const unlessGone = async (lead: () => Promise<void>) => {
      if (latest === begun) await lead()
    }
    return {
      push: (path) => unlessGone(() => router.push(path)),
      replace: (path) => unlessGone(() => router.replace(path)),
    }
  },
  back: () => history.back(),
  /** Whether there is a screen of the app to go back to. */
  canGoBack: () => Boolean(history.state?.back),
}

/** Shows the screen of the browser's address and follows its arrows. */
export async function startNavigation(by: Find): Promise<void> {
  find = by
  addEventListener('popstate', () => void show(location.pathname, stay))
  await show(location.pathname, stay)
}

/** A click that means this tab; others are the browser's. */
function follow(event: MouseEvent, to: string): void {
  if (event.metaKey || event.altKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  if (place.value?.path !== to) void router.push(to)
}

/** A link to a screen. */
export const RouterLink = defineComponent({
  props: { to: { type: String, required: true } },
  setup: (props, { slots }) => {
    const onClick = (event: MouseEvent) => follow(event, props.to)
    const here = () => (place.value?.path === props.to ? 'page' : undefined)
    return () => h('a', { href: props.to, 'aria-current': here(), onClick }, slots.default?.())
  },
})

declare module 'vue' {
  interface GlobalComponents {
    RouterLink: typeof RouterLink
  }
}
