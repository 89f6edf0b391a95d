// The app's sentences. Chinese is in the first load; English is fetched when it is chosen.
import { shallowRef, watch } from 'vue'
import { type Language, preferences } from '@/core/preferences'
import { zh } from './zh'

/** Literal texts become `string`, so that the other language may differ in words but not in keys or parameters. */
type Widened<T> = T extends string
  ? string
  : T extends (...parameters: infer P) => string
    ? (...parameters: P) => string
    : { readonly [K in keyof T]: Widened<T[K]> }

export type Messages = Widened<typeof zh>

/** The messages in use; templates read `text.section.name`. */
export const text = shallowRef<Messages>(zh)

const loaders: Record<Language, () => Promise<Messages>> = {
  zh: async () => zh,
  en: async () => (await import('./en')).en,
}

/** Loads the chosen language and follows the choice. */
export async function loadMessages(): Promise<void> {
  text.value = await loaders[preferences.language]()
  watch(
    () => preferences.language,
    async (language) => {
      text.value = await loaders[language]()
    },
  )
}
