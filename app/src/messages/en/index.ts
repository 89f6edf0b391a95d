// English behind the language switch; the type demands every key of `zh`.
import type { Messages } from '..'
import { common } from './common'
import { domain } from './domain'
import { entries } from './entries'
import { gallery } from './gallery'
import { me } from './me'
import { queue } from './queue'
import { review } from './review'
import { session } from './session'

export const en: Messages = { common, domain, entries, gallery, me, queue, review, session }
