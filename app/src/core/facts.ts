// What a photo's file says of camera, time and place, asked of the server each time: it is kept nowhere on the phone.
import { requestJson } from './net'
import type { MediaFacts } from './views'

/** For those who may have the exact bytes. */
export const mediaFacts = (media: string): Promise<MediaFacts> => requestJson(`/media/${media}/facts`)
