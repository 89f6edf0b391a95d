// Language, look and text size: read once before the first screen, written at each change.
import { reactive, watch } from 'vue'
import { readSetting, writeSetting } from './device'

export type Language = 'zh' | 'en'
export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 'standard' | 'large' | 'huge'

export interface Preferences {
  language: Language
  theme: Theme
  textSize: TextSize
  /** Originals wait for Wi-Fi; text and sketches never do. */
  originalsOnWifiOnly: boolean
}

export const preferences = reactive<Preferences>({
  language: 'zh',
  theme: 'system',
  textSize: 'standard',
  originalsOnWifiOnly: false,
})

const dark = matchMedia('(prefers-color-scheme: dark)')

function show(): void {
  const root = document.documentElement
  const isDark = preferences.theme === 'dark' || (preferences.theme === 'system' && dark.matches)
  root.dataset.theme = isDark ? 'dark' : 'light'
  root.dataset.size = preferences.textSize
  root.lang = preferences.language === 'zh' ? 'zh-CN' : 'en'
}

/** Loads what was chosen before and keeps page and store in step from then on. */
export async function loadPreferences(): Promise<void> {
  Object.assign(preferences, await readSetting<Partial<Preferences>>('preferences'))
  show()
  dark.addEventListener('change', show)
  watch(preferences, () => {
    show()
    void writeSetting('preferences', { ...preferences })
  })
}
