import type { DiscordFake } from './discord-fake.ts'

/** The path of a command such as `event create` as a member finds it in Discord's list: its root, and its words. */
export function pathTo(fake: Pick<DiscordFake, 'registeredCommands'>, command: string, guild?: string): string[] {
  const words = command.split(' ')
  const own = fake.registeredCommands(guild)
  const root = (own.length > 0 ? own : fake.registeredCommands()).find(({ options: list = [] }) =>
    list.some(
      (each) =>
        each.name === words[0] && (words[1] === undefined || ('options' in each && each.options?.some(({ name }) => name === words[1]))),
    ),
  )
  return [root?.name ?? 'pos', ...words]
}
