// Gallery: approved media of a branch.
import { isolated } from '../isolated'

export const gallery = {
  branch: 'Branch',
  kind: 'Kind of activity',
  phase: 'Phase',
  from: 'From',
  to: 'To',
  all: 'All',
  empty: 'No media match.',
  more: 'Show more',
  count: (n: number) => `${n} shown`,
  download: 'Download without position',
  downloadHint: 'Same picture, without position and other data of the camera.',
  original: 'Download the original',
  originalHint: 'It may hold the position. Who had it, when and why is written into the audit of the branch.',
  originalReason: 'Why the original is needed',
  originalExample: 'e.g. for the printed yearbook',
  previous: 'Previous',
  next: 'Next',
  open: (name: string) => `Enlarge ${isolated(name)}`,
  offline: 'The gallery needs a connection.',
}
