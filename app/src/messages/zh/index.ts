// Simplified Chinese, the language the app is written in; `en` must have the same keys.
import { common } from './common'
import { me } from './me'

export const zh = { common, me } as const
