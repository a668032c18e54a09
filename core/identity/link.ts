import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { inGroups } from '../shared/crockford.ts'
import { carried, unlogged, textField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome, type RefusalKind } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import { accountsText } from './account-text.ts'
import { LINK_CODE_LIFETIME_MS, readLinkCode } from './link-code.ts'
import type { LinkCode, Linked, LinkPort, Side } from './link.port.ts'
import { linkTexts } from './link.texts.ts'
import { clashingPlatforms, survivorOf } from './merge.rules.ts'

const { say } = linkTexts

type Step =
  | { readonly kind: 'code'; readonly code: string; readonly expiresAt: Instant }
  | { readonly kind: 'preview'; readonly ref: string; readonly own: Side; readonly other: Side; readonly balance: Amount }
  | { readonly kind: 'linked'; readonly linked: Linked; readonly own: Side; readonly other: Side }

/**
 * Three steps of one command: a code on one account, the code on the other, which shows both and asks, and the button that confirms. The code is typed by
 * whoever has the second account and made by whoever has the first, so that both have agreed.
 */
export const linkCommand = defineCommand({
  name: ['link'],
  summary: say('summary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({
    code: unlogged(textField(say('code'), { max: 40, takesRest: true })).optional(),
    confirm: carried(textField(say('confirm'), { max: 64 })).optional(),
  }),
  async run(run: Run<LinkPort>, { code, confirm }): Promise<Outcome<Step>> {
    if (confirm !== undefined) return link(run, confirm)
    if (code !== undefined) return preview(run, code)
    const { actor, now, port } = run
    if ((await port.sideOf(actor.memberId)).isHeld) return no('link.held', 'forbidden', say('held'), say('heldNext'))
    const expiresAt = now + LINK_CODE_LIFETIME_MS
    return done({ kind: 'code', code: await port.newCode(actor.memberId, actor.account.platform, now, expiresAt), expiresAt })
  },
  render: (step) => (step.kind === 'code' ? renderCode(step) : step.kind === 'preview' ? renderPreview(step) : renderLinked(step)),
})

async function preview({ actor, now, port }: Run<LinkPort>, typed: string): Promise<Outcome<Step>> {
  const code = readLinkCode(typed)
  if (code === undefined) return no('link.not_a_code', 'invalid', say('notACode'), say('notACodeNext'), 'code')
  const tried = await port.takeTry(actor.memberId, now)
  if (tried === undefined) return no('link.cooldown', 'limited', say('cooldown'), say('cooldownNext'))
  const checked = await check(actor.memberId, await port.findCode(code), port, now)
  if (!checked.ok) return checked
  await port.giveTryBack(tried)
  const { ref, own, other } = checked.result
  return done({ kind: 'preview', ref, own, other, balance: await port.balanceOf(actor.memberId) })
}

async function link({ actor, now, newId, port }: Run<LinkPort>, ref: string): Promise<Outcome<Step>> {
  const checked = await check(actor.memberId, await port.findRef(ref), port, now)
  if (!checked.ok) return checked
  const { own, other } = checked.result
  if (!(await port.useCode(ref, now))) return used()
  const linked = await port.merge(newId(), own.memberId, other.memberId, actor.memberId, now)
  if (linked === undefined) return used()
  await port.warn(linked.survivor, actor.account, say('notice', { accounts: accountsText([...own.accounts, ...other.accounts]) }), now)
  return done({ kind: 'linked', linked, own, other })
}

interface Checked {
  readonly ref: string
  readonly own: Side
  readonly other: Side
}

/** Whether the code may link these two now. */
async function check(memberId: string, code: LinkCode | undefined, port: LinkPort, now: Instant): Promise<Outcome<Checked>> {
  if (code === undefined) return no('link.unknown', 'not_found', say('unknown'), say('unknownNext'), 'code')
  if (code.isUsed) return used()
  if (now >= code.expiresAt) return no('link.expired', 'gone', say('expired'), say('expiredNext'))
  if (code.memberId === memberId) return no('link.own_code', 'conflict', say('ownCode'), say('ownCodeNext'))
  const [own, other] = [await port.sideOf(memberId), await port.sideOf(code.memberId)]
  if (own.isHeld || other.isHeld) return no('link.held', 'forbidden', say('held'), say('heldNext'))
  const platforms = (side: Side) => side.accounts.map(({ platform }) => platform)
  const clash = clashingPlatforms(platforms(own), platforms(other))
  if (clash.length > 0) return no('link.same_platform', 'conflict', say('samePlatform'), say('samePlatformNext'))
  return done({ ref: code.ref, own, other })
}

function renderCode({ code, expiresAt }: Step & { kind: 'code' }): Reply {
  return {
    audience: 'private',
    tone: 'info',
    title: say('codeTitle'),
    lines: [say('codeHow'), say('codeSafe'), say('codeUntil', { at: { at: expiresAt } })],
    verbatim: inGroups(code),
  }
}

function renderPreview({ ref, own, other, balance }: Step & { kind: 'preview' }): Reply {
  const { survivor } = survivorOf(own, other)
  return {
    audience: 'private',
    tone: 'info',
    title: say('previewTitle'),
    lines: [
      say('previewBoth'),
      say('previewJoined'),
      say('previewKept', { accounts: accountsText(survivor.accounts) }),
      say('previewUndo'),
      say('previewYours'),
    ],
    fields: [
      { label: say('thisAccount'), value: accountsText(own.accounts) },
      { label: say('otherAccount'), value: accountsText(other.accounts) },
      { label: say('ownBalance'), value: balance },
    ],
    buttons: [{ label: say('buttonLink'), command: 'link', input: { confirm: ref }, allowed: 'owner', once: true, style: 'primary' }],
  }
}

function renderLinked({ linked, own, other }: Step & { kind: 'linked' }): Reply {
  return {
    audience: 'private',
    tone: 'done',
    title: say('linkedTitle'),
    lines: [
      say('linked', { accounts: accountsText([...own.accounts, ...other.accounts]) }),
      ...(linked.heldBack === 0n ? [] : [say('heldBack', { amount: linked.heldBack })]),
      say('linkedWallet'),
      say('linkedUndo'),
    ],
  }
}

const used = () => no('link.used', 'conflict', say('used'), say('usedNext'))

function no(code: string, kind: RefusalKind, reason: Text, nextStep: Text, field?: string) {
  return refuse({ code, kind, reason, nextStep, ...(field === undefined ? {} : { field }) })
}
