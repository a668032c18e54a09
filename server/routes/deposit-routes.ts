import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { DepositState, DepositTerms } from '../../core/settlement/permit-deposit.types.ts'
import { permitRefusals } from '../../core/settlement/permit-deposit.refusals.ts'
import { amountRefusal, MAX_RELAYED, MIN_RELAYED, RELAYED_A_DAY } from '../../core/settlement/permit-deposit.rules.ts'
import type { PermitDeposits } from '../../core/settlement/permit-deposit.ts'
import type { Amount } from '../../core/shared/amount.ts'
import { amountField, issueProblem } from '../../core/shared/field.ts'
import { SECOND } from '../../core/shared/instant.ts'
import { depositTexts } from '../pages/deposit.texts.ts'
import { ProblemError, refusalProblem } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { AmountJson, amountJson, anyProblem, HashJson } from './schemas.ts'

/** Each asks the node three things. */
const TERMS_PER_MINUTE = 60
/** Each may cost the operator gas. */
const PERMITS_PER_MINUTE = 10
const MAX_TYPED = 60
/** Contract wallets sign with more than a key does; that is refused with words, longer is out of form. */
const MAX_SIGNATURE_BYTES = 2_000

const AddressJson = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
const Address = AddressJson.transform(lowerHex)
const Count = z.string().regex(/^\d{1,18}$/)
const typedAmount = amountField(depositTexts.say('amount'))

const PermitBody = z
  .strictObject({
    owner: Address,
    amount: Count.transform(BigInt).meta({ description: 'In nano, exactly as signed.' }),
    nonce: Count.transform(BigInt),
    deadline: z.int().min(0).max(253_402_300_799).meta({ description: 'Seconds since 1970, exactly as signed.' }),
    signature: z
      .string()
      .regex(new RegExp(`^0x(?:[0-9a-fA-F]{2}){1,${MAX_SIGNATURE_BYTES}}$`))
      .transform(lowerHex)
      .meta({ description: 'What eth_signTypedData_v4 gave: r, s, v.' }),
  })
  .meta({ id: 'Permit' })

const TermsJson = z
  .object({
    isRelaying: z.boolean().meta({ description: 'Whether permits are taken here.' }),
    vault: AddressJson.meta({ description: 'The spender to sign for.' }),
    domain: z
      .object({ name: z.string(), version: z.string(), chainId: z.int(), verifyingContract: AddressJson })
      .meta({ description: 'EIP-712 domain of the token.' }),
    nonce: Count,
    balance: AmountJson,
    deadline: z.int().meta({ description: 'To sign with, in seconds since 1970.' }),
    least: AmountJson,
    most: AmountJson,
    perDay: z.int(),
    confirmations: z.int().meta({ description: 'Blocks, its own included, after which a deposit is credited.' }),
    amount: AmountJson.nullable().meta({ description: 'What was asked about, as it is to be signed.' }),
  })
  .meta({ id: 'DepositTerms' })

const StateJson = z
  .object({
    state: z
      .enum(['sent', 'mined', 'credited', 'failed'])
      .meta({ description: 'failed: nothing was taken, and nothing will be; sign again.' }),
    txHash: HashJson.meta({ description: 'May change while it is sent: a transaction that waits too long is replaced by a dearer one.' }),
    amount: AmountJson,
    block: z.int().nullable(),
  })
  .meta({ id: 'DepositState' })

/** Deposits without gas (spec 01, "Custody"): what to sign, where to give it, and what became of it. */
export function depositRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    const tags = ['deposits']
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })

    server.get(
      '/terms',
      {
        config: { rateLimit: { max: TERMS_PER_MINUTE, timeWindow: 60_000 } },
        schema: {
          tags,
          operationId: 'getDepositTerms',
          summary: 'What a wallet signs to deposit without gas',
          querystring: z.object({
            owner: Address,
            amount: z
              .string()
              .max(MAX_TYPED)
              .optional()
              .meta({ description: 'In PoS as people type it: it is checked, and given back in nano.' }),
          }),
          response: { 200: TermsJson, default: anyProblem },
        },
      },
      async (request) => {
        const { owner, amount } = request.query
        const deposits = depositsOf(app)
        const read = amount === undefined ? null : readAmount(amount)
        const terms = await deposits.terms(owner, app.now())
        if (read !== null && read > terms.balance) throw new ProblemError(refusalProblem(permitRefusals.tooMuch(terms.balance)))
        return termsJson(deposits, terms, read)
      },
    )

    server.post(
      '/permit',
      {
        config: { rateLimit: { max: PERMITS_PER_MINUTE, timeWindow: 60_000 } },
        schema: {
          tags,
          operationId: 'depositByPermit',
          summary: 'Give a signed permit (EIP-2612): we send it to the vault and pay the gas',
          description: 'The same permit again has no further effect and answers the same deposit: repeat it when no answer came.',
          body: PermitBody,
          response: { 200: StateJson, default: anyProblem },
        },
      },
      async (request) => {
        const { deadline, ...permit } = request.body
        return stateJson(await depositsOf(app).relay({ ...permit, deadline: deadline * SECOND }, app.now()))
      },
    )

    server.get(
      '/:txHash',
      {
        schema: {
          tags,
          operationId: 'getDeposit',
          summary: 'Where a deposit without gas is',
          params: z.object({
            txHash: z
              .string()
              .regex(/^0x[0-9a-fA-F]{64}$/)
              .transform(lowerHex),
          }),
          response: { 200: StateJson, default: anyProblem },
        },
      },
      async (request) => stateJson(await depositsOf(app).state(request.params.txHash)),
    )
    ready()
  }
}

function depositsOf({ deposits }: ServerApp): PermitDeposits {
  if (deposits === undefined) throw new ProblemError(refusalProblem(permitRefusals.relayOff()))
  return deposits
}

/** An amount by the rules of every command. */
function readAmount(typed: string): Amount {
  const read = typedAmount.safeParse(typed)
  if (!read.success) {
    const problem = issueProblem(read.error.issues[0]!)
    throw problem === undefined ? read.error : new ProblemError(refusalProblem({ ...problem, kind: 'invalid' }))
  }
  const refusal = amountRefusal(read.data)
  if (refusal !== undefined) throw new ProblemError(refusalProblem(refusal))
  return read.data
}

function termsJson(deposits: PermitDeposits, terms: DepositTerms, amount: Amount | null): z.output<typeof TermsJson> {
  return {
    ...terms,
    isRelaying: deposits.isRelaying,
    nonce: terms.nonce.toString(),
    balance: amountJson(terms.balance),
    deadline: terms.deadline / SECOND,
    least: amountJson(MIN_RELAYED),
    most: amountJson(MAX_RELAYED),
    perDay: RELAYED_A_DAY,
    amount: amount === null ? null : amountJson(amount),
  }
}

function stateJson(outcome: Awaited<ReturnType<PermitDeposits['state']>>): z.output<typeof StateJson> {
  if (!outcome.ok) throw new ProblemError(refusalProblem(outcome.refusal))
  const { stage, txHash, amount, block }: DepositState = outcome.result
  return { state: stage, txHash, amount: amountJson(amount), block: block ?? null }
}

function lowerHex(text: string): Hex {
  return `0x${text.slice(2).toLowerCase()}`
}
