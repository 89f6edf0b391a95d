// Who takes part in the walks. Invented, as everybody here.
export interface Person {
  number: string
  name: string
}

export const BRANCH = '骨伤科党支部'
export const OTHER_BRANCH = '中药资源党支部'

export const member: Person = { number: '20190001', name: '陆明远' }
export const colleague: Person = { number: '20190002', name: '程秋实' }
export const secretary: Person = { number: '20190003', name: '周叙白' }
export const deputy: Person = { number: '20190004', name: '韩松' }
export const stranger: Person = { number: '20190005', name: '白若溪' }
export const committee: Person = { number: '20190006', name: '方知行' }
export const school: Person = { number: '20190007', name: '梁书文' }
/** Made by a command, not by the roster. */
export const admin: Person = { number: 'A0001', name: '许管网' }

const PASSWORD = 'a long walk uphill'
export const passwordOf = (person: Person) => `${PASSWORD} ${person.number}`

const HEAD = 'number,name,role,branch,committee,kind,basis,work_line,founded_on,membership'
const of = (branch: string, line: string) => (person: Person, role: string) =>
  `${person.number},${person.name},${role},${branch},附属医院党委,staff,professional,${line},2010-07-01,formal`
const here = of(BRANCH, 'medical')
const there = of(OTHER_BRANCH, 'research')

/** The roster as an office would export it. */
export const ROSTER = [
  HEAD,
  here(member, 'member'),
  here(colleague, 'member'),
  here(secretary, 'secretary'),
  here(deputy, 'deputy'),
  there(stranger, 'secretary'),
  `${committee.number},${committee.name},committee,,附属医院党委,,,,,`,
  `${school.number},${school.name},school,,,,,,,`,
].join('\n')
