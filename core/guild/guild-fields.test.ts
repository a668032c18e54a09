import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedTexts } from '../shared/shared.texts.ts'
import { channelField, groupRoleField, isChannelOf } from './guild-fields.ts'

const label = sharedTexts.say('plain', { text: 'It' })
const role = groupRoleField(label)
const channel = channelField(label)
const ID = '300000000000000009'

describe('a role of a server', () => {
  test.each([ID, `<@&${ID}>`, ` ${ID} `, '18446744073709551615'])('%s is one', (typed) => {
    expect(role.parse(typed)).toBe(/\d+/.exec(typed)?.[0])
  })

  test.each(['12', '<@&12>', `<@&${ID}`, `${ID}>`, `<@${ID}>`, '99999999999999999999', `-${ID}`, '@everyone', `${ID}0000`])(
    '%s is none',
    (typed) => {
      expect(role.safeParse(typed).success).toBe(false)
    },
  )

  test('is never a number that Discord could not have given', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 22n }), (number) => {
        const digits = String(number).length
        // Of twenty digits only some fit into 64 bits.
        fc.pre(digits !== 20)
        expect(role.safeParse(String(number)).success).toBe(digits >= 17 && digits <= 19)
      }),
    )
  })
})

describe('a channel or chat', () => {
  test.each([
    [ID, true],
    [`<#${ID}>`, true],
    ['-1001234567890', false],
    ['12', false],
  ])('%s is read; whether Discord can have it: %s', (typed, onDiscord) => {
    const id = channel.parse(typed)
    expect(isChannelOf('discord', id)).toBe(onDiscord)
    expect(isChannelOf('telegram', id)).toBe(true)
  })

  test.each(['<#12>', `<#${ID}`, `${ID}>`, '#general', '<#-5>'])('%s is none', (typed) => {
    expect(channel.safeParse(typed).success).toBe(false)
  })
})
