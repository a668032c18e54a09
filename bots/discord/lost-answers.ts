import { RESTJSONErrorCodes, type RESTOptions } from 'discord.js'
import { z } from 'zod'

type MakeRequest = RESTOptions['makeRequest']
type Init = Parameters<MakeRequest>[1]
type Made = Awaited<ReturnType<MakeRequest>>

const CALLBACK = /\/interactions\/\d+\/[^/]+\/callback$/
/** Answers that were lost at the same time; more of them is an outage, after which nobody waits any more. */
const MOST = 1_000
const TRIES = 2
const Refusal = z.object({ code: z.literal(RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) })

/**
 * A callback whose answer was lost on the way is sent again by the client, and Discord, which had taken it, says that the interaction was answered already: the
 * same words as for a second delivery, of which nothing must become. Here the two are told apart, since otherwise the member would wait for ever. Once for each
 * lost answer: of two deliveries one goes on, and if both did, core's key would make it harmless.
 */
export function knowingLostAnswers(makeRequest: MakeRequest): MakeRequest {
  const lost = new Set<string>()

  async function callBack(url: string, init: Init, triesLeft: number): Promise<Made> {
    let response: Made
    try {
      response = await makeRequest(url, init)
    } catch (error) {
      if (lost.size < MOST) lost.add(url)
      // The client itself repeats only what took too long.
      if (triesLeft === 0 || init.signal?.aborted === true) throw error
      return callBack(url, init, triesLeft - 1)
    }
    if (!lost.delete(url) || response.status !== 400) return response
    const text = await response.text()
    return Refusal.safeParse(JSON.parse(text)).success ? answerOf(204, '') : answerOf(400, text)
  }

  return (url, init) => (CALLBACK.test(new URL(url).pathname) ? callBack(url, init, TRIES) : makeRequest(url, init))
}

/** One whose text was read before. */
function answerOf(status: number, text: string): Made {
  const made = new Response(text === '' ? null : text, {
    status,
    ...(text === '' ? {} : { headers: { 'content-type': 'application/json' } }),
  })
  return {
    headers: made.headers,
    statusText: made.statusText,
    status,
    ok: status < 300,
    body: null,
    bodyUsed: false,
    arrayBuffer: () => made.arrayBuffer(),
    json: () => made.json(),
    text: () => Promise.resolve(text),
  }
}
