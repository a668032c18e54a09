import { campaignCode } from '../forms/form-definition.ts'
import { exactAmount, type Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import { listText } from '../shared/list-text.ts'
import type { Button, Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text, TextValue } from '../shared/text.ts'
import { forecastAtEnd } from './budget.rules.ts'
import { lookText } from '../links/link-look.ts'
import { linkLookTexts } from '../links/link-look.texts.ts'
import { maskNames, maskValue } from './mask-names.ts'
import type { ItemView } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'
import type { ReviewItem } from './review.types.ts'
import { duplicateWorth, medianOf } from './verdict.rules.ts'

const { say } = reviewTexts
type Field = NonNullable<Reply['fields']>[number]

/** An item as a reviewer reads it: the answers, the rules beside them, what approving does, and buttons while the reviewer is asked. */
export function renderItem(view: ItemView, now: Instant): Reply {
  const { item, content, own, outcome } = view
  const isOpen = item.state === 'open'
  const cover = (text: string): string => (item.blind && isOpen ? maskNames(text, content.names) : text)
  // Only what was typed can name somebody.
  const shown = (value: TextValue): TextValue => (item.blind && isOpen ? maskValue(value, content.names) : value)
  return {
    audience: 'private',
    tone: 'info',
    title: say('cardTitle', { subject: item.subject, title: content.title ?? kindName(item.kind) }),
    lines: [
      ...(item.kind === 'appeal' ? [say('cardAppeal')] : []),
      ...(isOpen && view.isHeld ? [say('cardHeld')] : []),
      ...(isOpen ? [say('cardRule', { needed: item.needed, panel: item.panel, answered: view.answered })] : []),
      ...worthLines(item),
      ...(isOpen ? budgetLines(view, now) : []),
      ...(view.similar.length === 0 ? [] : [similarLine(view)]),
      ...(isOpen || outcome === undefined ? [] : [outcomeLine(view)]),
    ],
    fields: [
      ...(item.blind && isOpen ? [] : [{ label: say('fieldContributor'), value: content.name }]),
      ...(content.contributedAt === undefined ? [] : [{ label: say('fieldContributed'), value: { at: content.contributedAt } }]),
      ...(content.score === undefined ? [] : [{ label: say('fieldScore'), value: content.score }]),
      ...content.answers.flatMap(({ label, value, look }): readonly Field[] => [
        { label: plain(label), value: shown(value) },
        ...(look === undefined ? [] : [{ label: linkLookTexts.say('page'), value: lookText(look, cover) }]),
      ]),
      ...(content.plea === undefined ? [] : [{ label: say('fieldPlea'), value: shown(content.plea) }]),
      ...(own?.isAsked === true ? [{ label: say('fieldDue'), value: { at: own.dueAt } }] : []),
    ],
    ...(isOpen && own?.isAsked === true ? { buttons: buttonsOf(item) } : {}),
  }
}

/** What an item is called that has no form. */
export const kindName = (kind: ReviewItem['kind']): Text => say(`kind_${kind}`)

const plain = (text: TextValue): Text => sharedTexts.say('plain', { text })

function worthLines({ lowest, highest, spreadPercent, panel, duplicatePercent, kind, needed }: ReviewItem): Text[] {
  if (highest === 0n) return [say('worthNothing')]
  const isRange = lowest < highest
  return [
    isRange ? say('worthRange', { lowest, highest }) : say('worthFixed', { amount: highest }),
    ...(isRange && needed > 1 ? [say('worthSpread', { percent: spreadPercent, most: panel + 1 })] : []),
    ...(kind === 'submission' || kind === 'appeal'
      ? [say('worthDuplicate', { amount: duplicateWorth({ lowest, duplicatePercent }) })]
      : []),
  ]
}

/** What has been given, where the month is going, and where an approval would bring it. */
function budgetLines({ item, month, campaign }: ItemView, now: Instant): Text[] {
  if (item.highest === 0n) return []
  const lines: Text[] = []
  if (month !== undefined) {
    const { given, release, endsAt } = month
    lines.push(say('budgetMonth', { given, release, forecast: forecastAtEnd(month, now), at: { at: endsAt } }))
    const left = release - given
    lines.push(item.highest <= left ? say('budgetAfter', { after: given + item.highest, release }) : say('budgetShort', { left }))
  }
  if (campaign !== undefined)
    lines.push(say('budgetCampaign', { campaign: campaignCode(campaign.number), given: campaign.given, budget: campaign.budget }))
  return lines
}

function similarLine({ similar }: ItemView): Text {
  const items = similar.map(({ subject, likeness, status }) =>
    say('similarItem', { subject, percent: Math.floor(likeness * 100), status: say(`status_${statusName(status)}`) }),
  )
  return say('similar', { items: listText(items) })
}

const STATUSES = ['in-review', 'returned', 'approved', 'rejected', 'withdrawn'] as const
const statusName = (status: string): (typeof STATUSES)[number] => STATUSES.find((known) => known === status) ?? 'in-review'

function outcomeLine({ outcome, amount, reason }: ItemView): Text {
  if (outcome === 'approved') return amount === undefined || amount === 0n ? say('wasApproved') : say('wasApprovedFor', { amount })
  return outcome === 'returned' ? say('wasReturned', { reason: reason ?? '' }) : say('wasRejected', { reason: reason ?? '' })
}

function buttonsOf({ subject, lowest, highest, revision, kind }: ReviewItem): readonly Button[] {
  const input = { subject, revision: String(revision) }
  const amounts = lowest === highest ? [lowest] : [...new Set([lowest, medianOf([lowest, highest]), highest])]
  const approve = (amount: Amount): Button => ({
    label: amount === 0n ? say('buttonApprove') : say('buttonApproveFor', { amount }),
    command: 'review approve',
    input: lowest === highest ? input : { ...input, amount: exactAmount(amount) },
    allowed: 'owner',
    style: 'primary',
  })
  const other = (label: Text, command: string, style: 'plain' | 'danger'): Button => ({ label, command, input, allowed: 'owner', style })
  return [
    ...amounts.map(approve),
    ...(kind === 'appeal' ? [] : [other(say('buttonReturn'), 'review return', 'plain')]),
    other(say('buttonReject'), 'review reject', 'danger'),
    { ...other(say('buttonDecline'), 'review decline', 'plain'), input: { subject } },
  ]
}
