import { z } from 'zod'
import { PLATFORMS, type ChatAccount } from '../shared/actor.ts'

const Content = z.object({ platform: z.enum(PLATFORMS), userId: z.string(), name: z.string(), handle: z.string().optional() })

/** For whom a page links a wallet, as text to keep. */
export function linkPageContent({ platform, userId, name, handle }: ChatAccount): string {
  return JSON.stringify({ platform, userId, name, handle })
}

/** The account that `linkPageContent` wrote. */
export function linkPageAccount(content: string): ChatAccount {
  const { handle, ...account } = Content.parse(JSON.parse(content))
  return { ...account, ...(handle === undefined ? {} : { handle }) }
}
