import { z } from 'zod'
import type { Database } from '../../adapters/postgres/database.ts'
import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import type { Language } from '../../core/shared/text.ts'
import type { World } from './open-world.ts'
import { readChainResult } from './read-chain.ts'
import { readStatements } from './read-statements.ts'
import type { Result } from './result.types.ts'

/** Asks all witnesses: the ledger's tables, the contracts, and the statement files in a folder. */
export async function readResult(world: World, statementsFolder: string, language: Language): Promise<Result> {
  const [periods, ledger, wallets, statements, chain] = await Promise.all([
    readLedgerPeriods(world.database),
    readLedger(world.database),
    readWallets(world.database),
    readStatements(statementsFolder, world.nodeUrl, language),
    readChainResult(world.nodeUrl, world.deployment),
  ])
  const held = await chain.balances(wallets.map(({ address }) => address))
  return {
    periods: periods.map((ledgerSide, index) => ({
      number: index + 1,
      ledger: ledgerSide,
      chain: chain.periods[index]!,
      statement: statements[index]!,
    })),
    ledger: { ...ledger, redeemed: statements.reduce((sum, { poolIn }) => sum + poolIn, 0n) },
    chain: chain.totals,
    wallets: wallets.map((wallet, index) => ({ ...wallet, held: held[index]! })),
  }
}

const PERIODS = `
SELECT n AS number,
       (SELECT coalesce(sum(amount), 0) FROM transfer WHERE kind = 'release' AND credit_account = 'period:' || n)::bigint AS released,
       ((SELECT coalesce(sum(amount), 0) FROM transfer WHERE kind = 'grant' AND debit_account = 'period:' || n)
        - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE kind = 'reversal' AND credit_account = 'period:' || n))::bigint AS granted,
       (SELECT coalesce(sum(amount), 0) FROM transfer WHERE kind = 'burn' AND debit_account = 'period:' || n)::bigint AS burned,
       coalesce((SELECT balance FROM account WHERE name = 'period:' || n), 0)::bigint AS left,
       (SELECT count(*) FROM reward WHERE period = n AND status = 'unfunded')::int AS unfunded,
       coalesce('0x' || encode((SELECT statement_root FROM period WHERE number = n), 'hex'), '') AS root,
       (SELECT count(*) FROM chain_intent WHERE period = n AND state = 'settled')::int AS transactions
FROM generate_series(1, ${LAST_PERIOD}) AS n ORDER BY n`

async function readLedgerPeriods({ pool }: Database): Promise<readonly Result['periods'][number]['ledger'][]> {
  const row = z.object({
    released: z.bigint(),
    granted: z.bigint(),
    burned: z.bigint(),
    left: z.bigint(),
    unfunded: z.number(),
    root: z.string(),
    transactions: z.number(),
  })
  return z.array(row).parse((await pool.query(PERIODS)).rows)
}

/** Genesis put 91 and 9 million PoS into two accounts; every other nano came by a transfer. */
const CROOKED = `
SELECT a.name FROM account a
LEFT JOIN (SELECT credit_account AS name, sum(amount) AS total FROM transfer GROUP BY 1) i ON i.name = a.name
LEFT JOIN (SELECT debit_account AS name, sum(amount) AS total FROM transfer GROUP BY 1) o ON o.name = a.name
WHERE a.balance <> coalesce(i.total, 0) - coalesce(o.total, 0)
  + CASE a.name WHEN 'unreleased' THEN 91000000000000000 WHEN 'pool' THEN 9000000000000000 ELSE 0 END ORDER BY 1 LIMIT 5`

const LEDGER = `
SELECT (SELECT balance FROM account WHERE name = 'unreleased') AS unreleased,
       (SELECT balance FROM account WHERE name = 'pool') AS pool,
       (SELECT balance FROM account WHERE name = 'leaving') AS leaving,
       (SELECT balance FROM account WHERE name = 'chain') AS chain,
       (SELECT balance FROM account WHERE name = 'burned') AS burned,
       (SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE name LIKE 'member:%' OR name LIKE 'escrow:%') AS members,
       (SELECT sum(balance)::bigint FROM account) AS all,
       (SELECT coalesce(sum(amount), 0)::bigint FROM transfer WHERE kind = 'payout') AS paid,
       (SELECT coalesce(sum(amount), 0)::bigint FROM transfer WHERE kind = 'deposit') AS deposited,
       (SELECT count(*) FROM withdrawal WHERE paid_at IS NOT NULL) AS "payoutLines",
       (SELECT count(*) FROM reward WHERE status = 'granted') AS grants,
       (SELECT count(*) FROM attendance a JOIN event e ON e.number = a.event
        WHERE a.undone_at IS NULL AND e.base_reward > 0 AND NOT EXISTS (
          SELECT 1 FROM reward r WHERE r.id = a.grant_id AND r.member_id = a.member_id AND r.status IN ('granted', 'unfunded'))) AS unrewarded,
       (SELECT count(*) FROM withdrawal WHERE paid_at IS NULL) AS unpaid,
       (SELECT count(*) FROM chain_intent WHERE state <> 'settled') AS unsettled,
       ARRAY(SELECT key FROM setting WHERE key LIKE 'halted:%' OR key = 'payouts-halted') AS halts`

async function readLedger({ pool }: Database): Promise<Omit<Result['ledger'], 'redeemed'>> {
  const row = z.object({
    unreleased: z.bigint(),
    pool: z.bigint(),
    leaving: z.bigint(),
    chain: z.bigint(),
    burned: z.bigint(),
    members: z.bigint(),
    all: z.bigint(),
    paid: z.bigint(),
    deposited: z.bigint(),
    payoutLines: z.bigint(),
    grants: z.bigint(),
    unrewarded: z.bigint(),
    unpaid: z.bigint(),
    unsettled: z.bigint(),
    halts: z.array(z.string()),
  })
  const [sums, crooked] = await Promise.all([pool.query(LEDGER), pool.query<{ name: string }>(CROOKED)])
  return { ...row.parse(sums.rows[0]), crooked: crooked.rows.map(({ name }) => name) }
}

/** Paid to a wallet, less what it sent back: nobody in the demo trades. */
const WALLETS = `
SELECT w.address,
       ((SELECT coalesce(sum(amount), 0) FROM withdrawal WHERE lower(address) = lower(w.address) AND paid_at IS NOT NULL)
        - (SELECT coalesce(sum(amount), 0) FROM deposit WHERE from_address = lower(w.address)))::bigint AS expected
FROM wallet w ORDER BY w.address`

async function readWallets({ pool }: Database) {
  const row = z.object({ address: z.templateLiteral(['0x', z.string()]), expected: z.bigint() })
  return z.array(row).parse((await pool.query(WALLETS)).rows)
}
