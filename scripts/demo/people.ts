import { createHash } from 'node:crypto'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import { personaAccount, personaPlace, type Persona } from '../../core/shared/persona.ts'
import { createRandom } from './random.ts'

/** Somebody of the simulated community, known to the product only by a chat account. */
export interface Person {
  readonly account: ChatAccount
  readonly place: ChatPlace
  /** Day of the first command, from genesis. */
  readonly joinsOn: number
  /** Private key of the wallet that they may link. */
  readonly walletKey: Hex
}

/** `members` are those who take part; hosts and the operator are counted with them in the size of the community. */
export interface People {
  readonly operator: Person
  readonly hosts: readonly Person[]
  readonly members: readonly Person[]
}

const GIVEN = [
  'Ada',
  'Ben',
  'Carla',
  'Dion',
  'Elif',
  'Femi',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kofi',
  'Lena',
  'Mira',
  'Noah',
  'Olu',
  'Priya',
]
const FAMILY = [
  'Adeyemi',
  'Berg',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Haddad',
  'Ito',
  'Jansen',
  'Kaya',
  'Lopez',
  'Moreau',
  'Novak',
]
const FAMILY_ZH = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙', '胡', '朱', '高', '林']
const GIVEN_ZH = ['伟', '芳', '娜', '秀英', '敏', '静', '丽', '强', '磊', '洋', '艳', '勇', '杰', '涛', '明', '小雨', '子涵', '思远']
const CHINESE_PERCENT = 40
const MEMBERS_PER_HOST = 400
/** Most are there in the first month, the others come in the two after it. */
const FIRST_MONTH_PERCENT = 70
const FIRST_MONTH_DAYS = 27
const LAST_JOIN_DAY = 85

/** A community of `size` people. The first of them are `personas`, so that a visitor of the result can be one of those who were there. */
export function createPeople(seed: number, size: number, personas: readonly Persona[]): People {
  const random = createRandom(seed)
  const walletKey = (id: string): Hex => `0x${createHash('sha256').update(`wallet ${seed} ${id}`).digest('hex')}`
  const known = personas.map((persona) => ({
    role: persona.role,
    person: { account: personaAccount(persona), place: personaPlace(persona), joinsOn: 0, walletKey: walletKey(persona.id) },
  }))
  const operator = known.find(({ role }) => role === 'operator')?.person
  if (operator === undefined) throw new Error('the demo needs a persona who is an operator')
  const others = Array.from({ length: Math.max(0, size - known.length) }, (_, index): Person => {
    const id = `m${String(index + 1).padStart(5, '0')}`
    const isChinese = random.percent(CHINESE_PERCENT)
    const name = isChinese ? `${random.pick(FAMILY_ZH)}${random.pick(GIVEN_ZH)}` : `${random.pick(GIVEN)} ${random.pick(FAMILY)}`
    const joinsOn = random.percent(FIRST_MONTH_PERCENT)
      ? random.below(FIRST_MONTH_DAYS)
      : FIRST_MONTH_DAYS + random.below(LAST_JOIN_DAY - FIRST_MONTH_DAYS)
    return {
      account: { platform: 'console', userId: id, name, handle: id, locale: isChinese ? 'zh-CN' : 'en' },
      place: { kind: 'private', chatId: id },
      joinsOn,
      walletKey: walletKey(id),
    }
  })
  const moreHosts = Math.floor(size / MEMBERS_PER_HOST)
  const of = (...roles: Persona['role'][]): Person[] => known.filter(({ role }) => roles.includes(role)).map(({ person }) => person)
  return {
    operator,
    hosts: [...of('host'), ...others.slice(0, moreHosts).map((person) => ({ ...person, joinsOn: 0 }))],
    members: [...of('member', 'reviewer', 'chair'), ...others.slice(moreHosts)],
  }
}
