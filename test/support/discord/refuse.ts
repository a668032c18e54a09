/** One entry of the `errors` tree of a 50035 answer. `path` leads from the body to the wrong value. */
export interface FormProblem {
  readonly path: readonly string[]
  readonly code: string
  readonly message: string
}

interface ErrorTree {
  [key: string]: ErrorTree | { code: string; message: string }[]
}

/** An answer by which Discord refuses a request. Codes: developers/topics/opcodes-and-status-codes "JSON Error Codes". */
export class DiscordRefusal extends Error {
  readonly status: number
  readonly code: number
  readonly problems: readonly FormProblem[]

  constructor(status: number, code: number, message: string, problems: readonly FormProblem[] = []) {
    super(message)
    this.name = 'DiscordRefusal'
    this.status = status
    this.code = code
    this.problems = problems
  }

  body(): { code: number; message: string; errors?: ErrorTree } {
    const body = { code: this.code, message: this.message }
    return this.problems.length === 0 ? body : { ...body, errors: toTree(this.problems) }
  }
}

function toTree(problems: readonly FormProblem[]): ErrorTree {
  const tree: ErrorTree = {}
  for (const { path, code, message } of problems) {
    let node = tree
    for (const step of path) {
      const next = node[step]
      node = next && !Array.isArray(next) ? next : (node[step] = {})
    }
    const errors = node['_errors']
    if (Array.isArray(errors)) errors.push({ code, message })
    else node['_errors'] = [{ code, message }]
  }
  return tree
}

/** The refusals this fake knows, by what happened. */
export const refuse = {
  unauthorized: () => new DiscordRefusal(401, 0, '401: Unauthorized'),
  notFound: () => new DiscordRefusal(404, 0, '404: Not Found'),
  unknownChannel: () => new DiscordRefusal(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new DiscordRefusal(404, 10004, 'Unknown Guild'),
  unknownMember: () => new DiscordRefusal(404, 10007, 'Unknown Member'),
  unknownMessage: () => new DiscordRefusal(404, 10008, 'Unknown Message'),
  unknownRole: () => new DiscordRefusal(404, 10011, 'Unknown Role'),
  unknownUser: () => new DiscordRefusal(404, 10013, 'Unknown User'),
  unknownWebhook: () => new DiscordRefusal(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new DiscordRefusal(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new DiscordRefusal(404, 10063, 'Unknown application command'),
  tooManyCommands: () => new DiscordRefusal(400, 30032, 'Maximum number of application commands reached (100).'),
  alreadyAcknowledged: () => new DiscordRefusal(400, 40060, 'Interaction has already been acknowledged.'),
  unknownEvent: () => new DiscordRefusal(404, 10070, 'Unknown Guild Scheduled Event'),
  wrongChannelType: () => new DiscordRefusal(400, 50024, 'Cannot execute action on this channel type'),
  threadLocked: () => new DiscordRefusal(400, 50083, 'Thread is archived'),
  threadExists: () => new DiscordRefusal(400, 160004, 'A thread has already been created for this message'),
  missingAccess: () => new DiscordRefusal(403, 50001, 'Missing Access'),
  notTheAuthor: () => new DiscordRefusal(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new DiscordRefusal(400, 50006, 'Cannot send an empty message'),
  cannotMessageUser: () => new DiscordRefusal(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new DiscordRefusal(403, 50013, 'Missing Permissions'),
  tooLarge: () => new DiscordRefusal(413, 40005, 'Request entity too large'),
  expiredToken: () => new DiscordRefusal(401, 50027, 'Invalid Webhook Token'),
  invalidForm: (problems: readonly FormProblem[]) => new DiscordRefusal(400, 50035, 'Invalid Form Body', problems),
  invalidJson: () => new DiscordRefusal(400, 50109, 'The request body contains invalid JSON.'),
}
