import type { Update } from '@grammyjs/types'
import { describe, expect, it } from 'vitest'
import { keyOf, nameOf, placeOf, readUpdate } from './read-update.ts'

const ann = { id: 7, is_bot: false, first_name: 'Ann' }
const privately = { id: 7, type: 'private', first_name: 'Ann' }
const group = { id: -100, type: 'supergroup', title: 'G' }
const message = (fields: object) => ({ message_id: 5, date: 1, from: ann, chat: privately, text: '/balance', ...fields })
const update = (fields: object): Update => ({ update_id: 9, ...fields })
const read = (fields: object) => readUpdate(update(fields), 'pos_bot')
const origin = {
  key: '9.0',
  userId: 7,
  chatId: 7,
  isPrivate: true,
  messageId: 5,
  account: { platform: 'telegram', userId: '7', name: 'Ann' },
}

describe('what runs nothing', () => {
  it.each([
    ['an edit in a group', { edited_message: message({ chat: group }) }],
    ['an edit of what is no text', { edited_message: message({ text: undefined, location: {} }) }],
    ['a channel post', { channel_post: message({ chat: { id: -1, type: 'channel', title: 'C' } }) }],
    ['an edited channel post', { edited_channel_post: message({}) }],
    ['a message of a business account', { business_message: message({}) }],
    ['a bot', { message: message({ from: { ...ann, is_bot: true } }) }],
    ['through a bot', { message: message({ via_bot: { ...ann, is_bot: true } }) }],
    ['no author', { message: message({ from: undefined }) }],
    ['a channel as author', { message: message({ chat: group, sender_chat: { id: -1, type: 'channel', title: 'C' } }) }],
    [
      'a post of the linked channel',
      { message: message({ chat: group, sender_chat: { id: -1, type: 'channel', title: 'C' }, is_automatic_forward: true }) },
    ],
    ['talk of a group', { message: message({ chat: group, text: 'balance' }) }],
    ['another bot', { message: message({ text: '/balance@other_bot' }) }],
    ['a service message', { message: message({ chat: privately, text: undefined, pinned_message: {} }) }],
    ['a press of a game', { callback_query: { id: '1', from: ann, chat_instance: '1', game_short_name: 'x' } }],
  ])('%s', (_name, fields) => {
    expect(read(fields).kind).toBe('nothing')
  })
})

it.each([
  ['/balance', { line: 'balance', addressed: true, named: false }],
  ['/Balance@POS_BOT  now', { line: 'Balance  now', addressed: true, named: true }],
  ['balance now', { line: 'balance now', addressed: false, named: false }],
  ['/event_create "A b"\nc', { line: 'event_create "A b"\nc', addressed: true, named: false }],
  ['//x', { line: '//x', addressed: false, named: false }],
])('reads the line %j', (text, expected) => {
  expect(read({ message: message({ text }) })).toEqual({ kind: 'line', origin, ...expected })
})

it('knows an edit in private, which runs nothing and is answered', () => {
  expect(read({ edited_message: message({}) })).toEqual({ kind: 'edited', origin })
})

it('reads captions with their files', () => {
  const document = { file_id: 'f', file_unique_id: 'u', file_name: 'a.csv', file_size: 3 }
  expect(read({ message: message({ text: undefined, caption: '/import', document }) })).toMatchObject({
    kind: 'line',
    line: 'import',
    file: { id: 'f', name: 'a.csv', size: 3 },
  })
})

it('keeps a topic, and no thread of replies', () => {
  const inTopic = read({ message: message({ chat: group, message_thread_id: 3, is_topic_message: true }) })
  const inThread = read({ message: message({ chat: group, message_thread_id: 3 }) })
  expect(inTopic).toMatchObject({ origin: { threadId: 3 } })
  expect(inThread).not.toMatchObject({ origin: { threadId: 3 } })
  expect(
    placeOf({ ...origin, isPrivate: false, chatId: -100, threadId: 3, account: { ...origin.account, platform: 'telegram' } }, -50),
  ).toEqual({
    kind: 'group',
    chatId: '-100',
    threadId: '3',
    communityId: '-50',
  })
})

it('reads presses of messages that are there, too old, or of inline mode', () => {
  const press = { id: 'q', from: ann, chat_instance: '1', data: 'token' }
  expect(read({ callback_query: { ...press, message: message({}) } })).toMatchObject({
    kind: 'press',
    token: 'token',
    message: { message_id: 5 },
  })
  const old = read({ callback_query: { ...press, message: { message_id: 5, date: 0, chat: group } } })
  expect(old).toMatchObject({ kind: 'press', origin: { chatId: -100, isPrivate: false } })
  expect(old).not.toHaveProperty('message')
  expect(read({ callback_query: { ...press, inline_message_id: 'i' } })).toMatchObject({ origin: { chatId: 7, isPrivate: true } })
})

it('gives each person one lane, and each update a key that no other has when the numbers begin again', () => {
  expect(nameOf(update({ message: message({}) }))).toEqual({ key: '9.0', updateId: 9, lane: 7 })
  expect(nameOf(update({ message: message({ date: 1_800_000_000 }) })).key).toBe('9.g2p')
  expect(nameOf(update({ callback_query: { id: '4382', from: ann, chat_instance: '1' } }))).toEqual({ key: '9.4382', updateId: 9, lane: 7 })
  expect(nameOf(update({ my_chat_member: { from: ann, date: 86_400 } }))).toMatchObject({ key: '9.1', lane: 7 })
  expect(nameOf(update({ poll: {} })).lane).toBe(0)
  expect(keyOf('9.0')).toBe('telegram:9.0')
})

it('reads both notes of a group that moved', () => {
  const service = { text: undefined, from: ann }
  expect(read({ message: message({ ...service, chat: { ...group, id: -5, type: 'group' }, migrate_to_chat_id: -100 }) })).toEqual({
    kind: 'moved',
    from: -5,
    to: -100,
  })
  expect(read({ message: message({ ...service, chat: group, sender_chat: group, migrate_from_chat_id: -5 }) })).toEqual({
    kind: 'moved',
    from: -5,
    to: -100,
  })
})

it('names who has no name worth the word', () => {
  const nameless = { ...ann, first_name: '\u200b\u202e' }
  expect(read({ message: message({ from: nameless }) })).toMatchObject({ origin: { account: { name: '7' } } })
  expect(read({ message: message({ from: { ...nameless, username: 'ann_1' } }) })).toMatchObject({ origin: { account: { name: 'ann_1' } } })
})
