import type { z } from 'zod'
import type { Actor, Role } from './actor.ts'
import type { Instant } from './instant.ts'
import type { Outcome } from './refusal.ts'
import type { Reply } from './reply.ts'
import type { Text } from './text.ts'

/** What one run of a command is given. Time and ids are values here, so that a rule never reads a clock (architecture, rule 7). */
export interface Run<Port> {
  readonly actor: Actor
  readonly now: Instant
  /** The idempotency key of this run: the platform's interaction, update or request id. */
  readonly key: string
  readonly newId: () => string
  readonly port: Port
}

/**
 * How a command touches the world. `read` changes nothing and needs no key. `write` runs in one transaction together with its audit line and outbox rows.
 * `grouped` hands its work to a group commit, which writes the audit line itself (check-ins).
 */
export type Effect = 'read' | 'write' | 'grouped'

/** One definition for every surface: Discord, Telegram, console, REST, help and docs (architecture, rule 4). */
export interface Command<Shape extends z.ZodRawShape = z.ZodRawShape, Port = never, Result = unknown> {
  /** One or two words: `['balance']`, `['event', 'create']`. */
  readonly name: readonly [string] | readonly [string, string]
  readonly summary: Text
  readonly access: Role
  readonly effect: Effect
  /** What a platform must decide before it knows the answer: whether the answer is for the asker alone. */
  readonly audience: 'private' | 'public'
  /** An operator may give it in a server that does not belong to the community (yet). */
  readonly anywhere?: boolean
  /** Given by our own buttons and questions, or typed: no list of commands to pick from needs it. */
  readonly unlisted?: true
  readonly input: z.ZodObject<Shape>
  run(run: Run<Port>, input: z.output<z.ZodObject<Shape>>): Promise<Outcome<Result>>
  render(result: Result, actor: Actor): Reply
}

/** Keeps the types of input, port and result of one definition together. */
export function defineCommand<Shape extends z.ZodRawShape, Port, Result>(
  command: Command<Shape, Port, Result>,
): Command<Shape, Port, Result> {
  return command
}

/** The words of a command as one: `event create`. */
export function commandName(command: { readonly name: readonly string[] }): string {
  return command.name.join(' ')
}
