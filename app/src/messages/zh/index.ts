// Simplified Chinese, the language the app is written in; `en` must have the same keys.
import { common } from './common'
import { domain } from './domain'
import { entries } from './entries'
import { gallery } from './gallery'
import { me } from './me'
import { queue } from './queue'
import { review } from './review'
import { session } from './session'

export const zh = { common, domain, entries, gallery, me, queue, review, session } as const
