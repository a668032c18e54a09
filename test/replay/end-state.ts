import { inspect } from 'node:util'
import { z } from 'zod'
import type { Database } from '../../adapters/postgres/database.ts'

const Payload = z.looseObject({ reply: z.string().optional() })
const Reply = z.looseObject({ chart: z.unknown().optional() })

/** What a run leaves behind, by kind; each line names people by their accounts and events by their titles, since ids and numbers are a matter of chance and order. */
export type EndState = Readonly<Record<string, readonly string[]>>

export async function readEndState({ prisma }: Pick<Database, 'prisma'>): Promise<EndState> {
  const members = await prisma.member.findMany({ include: { accounts: true, roles: true } })
  const events = await prisma.event.findMany()
  const personOf = new Map(
    members.map(({ id, accounts }) => [id, accounts.map(({ platform, userId }) => `${platform}:${userId}`).join('+')]),
  )
  const titleOf = new Map(events.map(({ number, title }) => [number, title]))
  const named = (text: string): string =>
    text
      .replace(/\b[0-9a-z]{20}\b/g, (id) => personOf.get(id) ?? id)
      .replace(/\bEVT-(\d+)\b/g, (code, number: string) => `“${titleOf.get(Number(number)) ?? code}”`)
      // A mistaken code begins with the number of its event.
      .replace(/\b(\d+)-0000-0000\b/g, (code, number: string) => `“${titleOf.get(Number(number)) ?? code}”`)
  const lines = <Row>(rows: readonly Row[], show: (row: Row) => unknown[]): string[] =>
    rows
      .map((row) =>
        show(row)
          .map((value) => named(inspect(value)))
          .join(' | '),
      )
      .sort()
  return {
    members: lines(members, ({ id, name, language, timeZone, roles }) => [id, name, language, timeZone, ...roles.map(({ role }) => role)]),
    events: lines(events, (event) => [
      event.title,
      event.startsAt,
      event.endsAt,
      event.evidence,
      event.baseReward,
      event.attendees,
      event.createdBy,
      event.closedAt,
    ]),
    codes: lines(await prisma.eventCode.findMany(), ({ event, usedBy }) => [titleOf.get(event), usedBy]),
    checkIns: lines(await prisma.attendance.findMany(), (row) => [
      titleOf.get(row.event),
      row.memberId,
      row.evidence,
      row.undoneBy,
      row.undoneReason,
    ]),
    wrongCodes: lines(await prisma.wrongCode.findMany(), ({ event, memberId }) => [titleOf.get(event ?? 0), memberId]),
    rewards: lines(await prisma.reward.findMany(), (row) => [row.memberId, row.kind, row.reference, row.amount, row.period, row.status]),
    accounts: lines(await prisma.account.findMany(), ({ name, balance, earned }) => [name, balance, earned]),
    transfers: lines(await prisma.transfer.findMany(), (row) => [
      row.debitAccount,
      row.creditAccount,
      row.amount,
      row.kind,
      row.reference,
      row.period,
    ]),
    // The answer is left out: it says what was so at its moment, in the language of its moment.
    effects: lines(await prisma.auditLine.findMany(), ({ memberId, command, input }) => [memberId, command, input]),
    buttons: lines(await prisma.button.findMany(), ({ command, input, memberId, once, usedAt }) => [
      command,
      input,
      memberId,
      once,
      usedAt !== null,
    ]),
    questions: lines(await prisma.prompt.findMany(), (row) => [row.platform, row.userId, row.command, row.field]),
    cards: lines(await prisma.card.findMany(), ({ subject, platform, chatId }) => [subject, platform, chatId]),
    outbox: lines(await prisma.outboxRow.findMany({ where: { topic: { not: 'event-card' } } }), ({ topic, subject, payload }) => [
      topic,
      subject,
      withoutChart(payload),
    ]),
    inbox: lines(await prisma.inboxMessage.findMany(), ({ memberId, reply }) => [memberId, reply]),
    // Check-ins that were written together ask once for the card to be drawn anew.
    drawn: [...new Set(lines(await prisma.outboxRow.findMany({ where: { topic: 'event-card' } }), ({ subject }) => [subject]))],
    updates: lines(await prisma.telegramUpdate.findMany(), ({ lane, handledAt }) => [lane, handledAt !== null]),
  }
}

/** How the events before it were attended is what was so at its moment, like an answer. */
function withoutChart(payload: unknown): unknown {
  const { reply, ...rest } = Payload.parse(payload)
  if (reply === undefined) return rest
  const { chart: _chart, ...words } = Reply.parse(JSON.parse(reply))
  return { ...rest, words }
}

/** What one has and the other has not, line by line. */
export function differencesOf(clean: EndState, other: EndState): string[] {
  return Object.keys(clean).flatMap((kind) => {
    const left = [...(other[kind] ?? [])]
    const missing = (clean[kind] ?? []).filter((line) => {
      const at = left.indexOf(line)
      if (at >= 0) left.splice(at, 1)
      return at < 0
    })
    return [...missing.map((line) => `${kind}: missing ${line}`), ...left.map((line) => `${kind}: too much ${line}`)]
  })
}
