// What a file says of itself (a photo of camera, time and place, a voice how loud it is), asked of the server each time: it is kept nowhere on the phone.
import { requestJson } from './net'
import type { MediaFacts, Waveform } from './views'

/** For those who may have the exact bytes. */
export const mediaFacts = (media: string): Promise<MediaFacts> => requestJson(`/media/${media}/facts`)

/** How loud a voice is from its beginning to its end. */
export const waveform = (media: string): Promise<Waveform> => requestJson(`/media/${media}/waveform`)
