// English behind the language switch; the type demands every key of `zh`.
import type { Messages } from '..'
import { common } from './common'
import { me } from './me'

export const en: Messages = { common, me }
