import { seedForms } from '../../adapters/postgres/form-desk.ts'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import type { Community } from '../support/community.ts'

/** What a command needs beside the field under attack, so that nothing else is refused first. Every command of the product is here, or the corpus fails. */
export const SOUND_INPUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  start: {},
  help: {},
  checkin: { code: '1-AAAA-AAAA' },
  balance: {},
  history: {},
  worth: {},
  leaderboard: {},
  supply: {},
  chart: { kind: 'supply' },
  period: { period: '1' },
  rewards: {},
  statement: { period: '1' },
  dispute: { line: 'LINE-1' },
  withdraw: { amount: '1' },
  'payout auto': { on: 'off' },
  'wallet link': { address: '0x52908400098527886E0F7030069857D2E4169EE7' },
  'wallet confirm': { signature: '0xabcd' },
  'wallet unlink': {},
  link: { code: '7K3M-9QRT' },
  unlink: {},
  'event list': {},
  'event show': { event: 'EVT-1' },
  'event create': { title: 'Call', start: '+1h' },
  'event codes': { event: 'EVT-2', count: '1' },
  'event roster': { event: 'EVT-3', list: 'ann' },
  'event undo': { event: 'EVT-1', member: '@ann', reason: 'was not there' },
  'event close': { event: 'EVT-1' },
  language: { language: 'en' },
  timezone: { zone: 'UTC' },
  'privacy hide': {},
  'privacy show': {},
  'privacy export': {},
  'privacy delete': {},
  'form list': {},
  'form show': { form: 'FRM-4' },
  'form fill': { form: 'FRM-4' },
  'form answer': { form: 'FRM-4', value: 'an answer' },
  'form page': { form: 'FRM-4', answers: '{"title":"a title"}' },
  'form questions': { form: 'FRM-4' },
  'form back': { form: 'FRM-4' },
  'form skip': { form: 'FRM-4' },
  'form pause': { form: 'FRM-4' },
  'form send': { form: 'FRM-4' },
  'form discard': { form: 'FRM-4' },
  'form import': { file: '{}' },
  'form export': { form: 'FRM-4' },
  'form open': { form: 'FRM-4' },
  'form close': { form: 'FRM-4' },
  'submission list': {},
  'submission show': { submission: 'SUB-1' },
  'submission withdraw': { submission: 'SUB-1' },
  inbox: {},
  digest: { hour: '18' },
  remind: { event: 'EVT-1', again: '10m' },
  snooze: { for: '8h' },
  status: {},
  'campaign list': {},
  'campaign show': { campaign: 'CMP-1' },
  'campaign propose': { title: 'Posters', budget: '100', reward: '5', end: '+20d', summary: 'Posters for the lake' },
  'campaign team': { campaign: 'CMP-1', member: '@ann' },
  'campaign leave': { campaign: 'CMP-1', member: '@ann' },
  'campaign end': { campaign: 'CMP-1' },
  'campaign budget': { campaign: 'CMP-1', budget: '200' },
  'hold status': {},
  'hold appeal': { reason: 'it was me alone' },
  'hold list': {},
  'hold show': { member: '@ann' },
  'hold clear': { member: '@ann', reason: 'a reason' },
  'hold block': { member: '@ann', reason: 'a reason' },
  'role grant': { member: '@ann', role: 'host' },
  'role revoke': { member: '@ann', role: 'host' },
  'role map': { groupRole: '300000000000000009', role: 'host' },
  'role unmap': { groupRole: '300000000000000009', role: 'host' },
  'role maps': {},
  'guild add': {},
  'guild remove': { guild: '200000000000000009' },
  'guild list': {},
  setup: { language: 'en' },
  diagnose: {},
  'rewards set': { kind: 'attendance', amount: '10', reason: 'a reason' },
  resume: { signer: 'payer' },
  'announce route': { topic: 'events' },
  'announce routes': {},
  'announce unroute': { topic: 'events' },
  'announce send': { text: 'Hello', topic: 'news' },
  'announce confirm': { broadcast: 'BC-1' },
  'announce report': { broadcast: 'BC-1' },
  'outbox dead': {},
  'outbox again': { delivery: 'OUT-1' },
  'review next': {},
  'review show': { subject: 'SUB-1' },
  'review approve': { subject: 'SUB-1' },
  'review duplicate': { subject: 'SUB-2', of: 'SUB-1' },
  'review return': { subject: 'SUB-1', reason: 'a reason' },
  'review reject': { subject: 'SUB-1', reason: 'a reason' },
  'review decline': { subject: 'SUB-1' },
  'review list': {},
  'review history': {},
  'review quality': { member: '@ann' },
  'review known': { submission: 'SUB-1' },
  'review interest': { member: '@ann' },
  'review interest-end': { member: '@ann' },
  'review reward': { amount: '1' },
  'submission appeal': { submission: 'SUB-1', reason: 'a reason' },
}

/** Commands about a server are given in one, so that they come to look at their input. */
export const IN_SERVER: ReadonlySet<string> = new Set([
  'role map',
  'role unmap',
  'role maps',
  'guild add',
  'guild remove',
  'setup',
  'diagnose',
])

/** An event of each kind of evidence, by the operator, who may do everything: what is refused is refused for its input. */
export async function settleIn(community: Community): Promise<void> {
  for (const who of ['ann', 'bob']) await community.say(who, 'start')
  for (const line of [
    'role grant @op host',
    'event create One start:now',
    'event create Two start:now evidence:codes',
    'event create Three start:now evidence:roster',
  ])
    await community.say('op', line)
  await seedForms(community.database, BUILTIN_FORMS, community.clock.now)
  await community.say('op', 'form fill FRM-4')
  // The first check-in of a period opens it in the ledger, whatever becomes of the check-in.
  await community.say('ann', `checkin ${(await community.say('op', 'event codes EVT-1')).reply.verbatim ?? ''}`)
}

/** Planned once for each connection: it is asked thousands of times, and planning it takes longer than carrying it out. */
const STATE = {
  name: 'hostile-state',
  text: `
    SELECT concat_ws(':', (SELECT count(*) FROM member), (SELECT count(*) FROM role_grant), (SELECT count(*) FROM event), (SELECT sum(attendees) FROM event),
      (SELECT count(*) FROM event WHERE closed_at IS NOT NULL), (SELECT count(*) FROM event_code), (SELECT count(*) FROM attendance),
      (SELECT count(*) FROM reward), (SELECT count(*) FROM transfer), (SELECT sum(balance) FROM account), (SELECT count(*) FROM withdrawal),
      (SELECT count(*) FROM wallet WHERE unlinked_at IS NULL), (SELECT count(*) FROM reward_rate), (SELECT count(*) FROM guild), (SELECT count(*) FROM group_role), (SELECT count(*) FROM audit_line),
      (SELECT count(*) FROM dispute), (SELECT count(*) FROM review_item), (SELECT count(*) FROM reminder), (SELECT count(*) FROM form_version),
      (SELECT string_agg(status, ',' ORDER BY number) FROM form), (SELECT count(*) FROM submission_revision), (SELECT string_agg(answers::text, ',') FROM form_draft),
      (SELECT count(*) FROM digest), (SELECT count(*) FROM inbox_message WHERE read_at IS NULL),
      (SELECT string_agg(language || time_zone || auto_payout || hidden || coalesce(snoozed_until::text, ''), ',' ORDER BY id) FROM member)) AS state`,
}

/** Who owns, attended or may what, as one number of rows and one sum: equal before and after a refusal. A wrong code is counted on purpose. */
export async function stateOf(community: Community): Promise<string> {
  const { rows } = await community.database.pool.query<{ state: string }>(STATE)
  return rows[0]?.state ?? ''
}
