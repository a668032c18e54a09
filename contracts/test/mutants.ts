// Faults that scripts/mutate-contracts.ts plants one by one. `breaks` names the invariant whose campaign must notice (C1-C11 of spec 11, or what
// spec 07 and the votes promise); without it the tests line by line are enough, because no campaign can reach the place.

/** `find` occurs exactly once in the file, or `nth` (from 1) says which one. */
export type Mutant = { file: string; what: string; find: string; put: string; nth?: number; breaks?: string }

const token = (what: string, find: string, put: string, more: Partial<Mutant> = {}): Mutant => ({
  file: 'PoSToken',
  what,
  find,
  put,
  ...more,
})
const emission = (what: string, find: string, put: string, more: Partial<Mutant> = {}): Mutant => ({
  file: 'Emission',
  what,
  find,
  put,
  ...more,
})
const vault = (what: string, find: string, put: string, more: Partial<Mutant> = {}): Mutant => ({ file: 'Vault', what, find, put, ...more })
const pool = (what: string, find: string, put: string, more: Partial<Mutant> = {}): Mutant => ({ file: 'Pool', what, find, put, ...more })

const SERIAL_CHECK = 'if (firstSerial != nextSerial) revert WrongSerial(nextSerial, firstSerial);'
const ADMIN_ONLY = 'onlyRole(DEFAULT_ADMIN_ROLE)'
const PAYER_ONLY = ' onlyRole(PAYER_ROLE)'

export const MUTANTS: readonly Mutant[] = [
  token('anybody mints', 'if (_msgSender() != minter) revert Unauthorized(_msgSender());', '', { breaks: 'C9' }),
  token('no maximum supply', 'if (minted > MAX_SUPPLY) revert SupplyExceeded(minted, MAX_SUPPLY);', ''),
  token('a transfer takes nothing', '_debit(from, value);', '', { breaks: 'C10' }),
  token('a batch takes nothing', '_debit(from, total);', '', { breaks: 'C10' }),
  token('a batch keeps the votes', '_moveDelegateVotes(fromDelegate, address(0), movedVotes);', '', { breaks: 'votes' }),
  token(
    'a batch forgets delegates of recipients',
    'if (toDelegate != address(0)) _moveDelegateVotes(address(0), toDelegate, amount);',
    '',
    {
      breaks: 'votes',
    },
  ),
  token('delegating loses the balance', ' | uint96(packed);', ';', { breaks: 'C10' }),
  token('burned tokens count for a quorum', 'to == BURN_ADDRESS ? address(0) : to, value', 'to, value'),
  token('a batch pays the token itself', 'to == address(this) || ', ''),
  token('a debit does not look at the balance', 'if (uint96(account) < value) revert', 'if (false) revert'),

  emission('opens before the start', 'if (block.timestamp < _boundaries[p - 1]) revert TooEarly(p, _boundaries[p - 1]);', '', {
    breaks: 'C5',
  }),
  emission('opens in any order', 'p != expected || p > ', 'p > '),
  emission('opens a fourteenth period', ' || p > ReleaseSchedule.PERIODS', '', { breaks: 'C5' }),
  emission('anybody funds', 'onlyRole(DISTRIBUTOR_ROLE)', '', { breaks: 'C9' }),
  emission('funds in a pause', 'whenNotPaused', '', { nth: 1 }),
  emission('funds a replayed serial', SERIAL_CHECK, '', { breaks: 'C4' }),
  emission('funds overlapping serials', 'nextSerial = uint64(lastSerial + 1);', 'nextSerial = uint64(lastSerial);', { breaks: 'C4' }),
  emission('leaves the root out of the head', 'amount, linesRoot));', 'amount));', { breaks: 'C4' }),
  emission('funds more than the release', 'if (amount > limit - before) revert', 'if (false) revert', { breaks: 'C2' }),
  emission('forgets what was funded', 'funded[p] = before + amount;', 'funded[p] = amount;', { breaks: 'C3' }),
  emission('funds a closed period', 'p > openedPeriods || p <= closedPeriods', 'p > openedPeriods', { breaks: 'C5' }),
  emission('funds a period not opened', 'p > openedPeriods || p <= closedPeriods', 'p <= closedPeriods', { breaks: 'C5' }),
  emission('takes more lines than nano', ' || lastSerial - firstSerial >= amount', ''),
  emission('closes in any order', 'if (p != expected) revert WrongPeriod(expected, p);', '', { breaks: 'C6' }),
  emission('closes at any time', 'if (block.timestamp < notBefore) revert TooEarly(p, notBefore);', '', { breaks: 'C6' }),
  emission('closes within the dispute window', 'DISPUTE_WINDOW = 72 hours', 'DISPUTE_WINDOW = 71 hours', { breaks: 'C6' }),
  emission('lets anybody close after 29 days', 'PUBLIC_CLOSE_DELAY = 30 days', 'PUBLIC_CLOSE_DELAY = 29 days', { breaks: 'C6' }),
  emission('treats anybody as the distributor', 'closableAt(p, hasRole(DISTRIBUTOR_ROLE, _msgSender()))', 'closableAt(p, true)', {
    breaks: 'C6',
  }),
  emission('closes in a pause', 'whenNotPaused', '', { nth: 2, breaks: 'C7' }),
  emission('counts 30 days from the end through a pause', '(end > unpausedAt ? end : unpausedAt)', 'end', { breaks: 'C7' }),
  emission('does not remember when a pause was lifted', 'unpausedAt = uint64(block.timestamp);', '', { breaks: 'C7' }),
  emission('burns nothing', 'if (rest > 0) token.safeTransfer(token.BURN_ADDRESS(), rest);', 'rest;', { breaks: 'C3' }),
  emission('sends the rest to the caller', 'token.BURN_ADDRESS(), rest', '_msgSender(), rest', { breaks: 'C10' }),
  emission('burns grants too', 'release(p) - funded[p];', 'release(p);', { breaks: 'C3' }),
  emission('mints less to the pool', 'POOL_AT_GENESIS = 9_000_000e9', 'POOL_AT_GENESIS = 8_000_000e9', { breaks: 'C1' }),

  vault('anybody pays', PAYER_ONLY, '', { nth: 1, breaks: 'C9' }),
  vault('anybody redeems', PAYER_ONLY, '', { nth: 2, breaks: 'C9' }),
  vault('anybody expires', PAYER_ONLY, '', { nth: 3, breaks: 'C9' }),
  vault('anybody sets the limit', ADMIN_ONLY, '', { breaks: 'C9' }),
  vault('pays in a pause', 'whenNotPaused', '', { nth: 1, breaks: 'pause' }),
  vault('pays a replayed serial', SERIAL_CHECK, '', { breaks: 'C4' }),
  vault('leaves the amount out of the head', 'line >> 96, amount));', 'line >> 96));', { breaks: 'C4' }),
  vault('pays past the bucket', '_spend(total);', '', { breaks: 'C8' }),
  vault('has a bucket without a bottom', 'if (amount > left) revert LimitExceeded(amount, left);', '', { breaks: 'C8' }),
  vault('refills twice as fast', '(block.timestamp - _levelAt) * refillPerSecond', '(block.timestamp - _levelAt) * refillPerSecond * 2', {
    breaks: 'C8',
  }),
  vault(
    'refills the same time again',
    '_level = uint96(_currentLevel() + amount);\n        _levelAt = uint64(block.timestamp);',
    '_level = uint96(_currentLevel() + amount);',
    {
      breaks: 'C8',
    },
  ),
  vault('empties the bucket with a new limit', '_level = uint96(_currentLevel());', '_level = 0;', { breaks: 'C8' }),
  vault('redeems an order twice', 'rootUsed[root] = true;', '', { breaks: 'C4' }),
  vault('does not tell the pool', 'pool.addRedeemed(amount);', '', { breaks: 'schedule' }),
  vault('expires to the caller', 'token.BURN_ADDRESS(), amount', '_msgSender(), amount', { breaks: 'C10' }),
  vault('has no votes', 'token_.delegate(address(this));', '', { breaks: 'votes' }),
  vault('credits a deposit that it did not take', 'token.safeTransferFrom(from, address(this), amount);', '', { breaks: 'C11' }),
  vault('deposits for anybody who left an allowance', 'token.permit(owner, address(this), amount, deadline, v, r, s);', ''),
  vault('takes any number of lines', 'count > MAX_LINES', 'false'),
  vault('takes any limit', 'if (!fits) revert LimitOutOfBounds(capacity_, refillPerSecond_);', ''),

  pool('streams faster than the schedule', 'if (total > left) revert ScheduleExceeded(total, left);', '', { breaks: 'schedule' }),
  pool('streams a replayed serial', 'if (serial != nextSerial) revert WrongSerial(nextSerial, serial);', '', { breaks: 'C4' }),
  pool('forgets what was streamed', 'streamed += uint128(total);', '', { breaks: 'schedule' }),
  pool('counts the vault only', 'uint256 total = amount + toEcoFund;', 'uint256 total = amount;', { breaks: 'schedule' }),
  pool('halves every year', 'HALVING = 730 days', 'HALVING = 365 days', { breaks: 'schedule' }),
  pool('lets go of a redemption at once', '(part * time - partTimes) / HALVING', 'part', { breaks: 'schedule' }),
  pool('believes anybody about redemptions', 'if (_msgSender() != vault) revert Unauthorized(_msgSender());', '', { breaks: 'C9' }),
  pool('streams for anybody', ' onlyRole(DISTRIBUTOR_ROLE)', '', { breaks: 'C9' }),
  pool('streams in a pause', ' whenNotPaused', '', { breaks: 'pause' }),

  { file: 'Guarded', what: 'anybody pauses', find: ' onlyRole(GUARDIAN_ROLE)', put: '', breaks: 'C9' },
  { file: 'Guarded', what: 'anybody lifts a pause', find: ' onlyRole(DEFAULT_ADMIN_ROLE)', put: '', breaks: 'C9' },
  {
    file: 'EcoFund',
    what: 'anybody pays from the fund',
    find: 'if (msg.sender != timelock) revert Unauthorized(msg.sender);',
    put: '',
    breaks: 'C9',
  },
  { file: 'EcoFund', what: 'pays a bounty twice', find: 'paid[paymentId] = true;', put: '' },
  { file: 'Anchors', what: 'anybody anchors', find: ' onlyRole(RELAYER_ROLE)', put: '', breaks: 'C9' },
  {
    file: 'Anchors',
    what: 'anchors a replayed serial',
    find: 'if (serial != nextSerial) revert WrongSerial(nextSerial, serial);',
    put: '',
    breaks: 'C4',
  },
  { file: 'ReleaseSchedule', what: 'does not clamp', find: 'dayOfMonth : length - 1', put: 'dayOfMonth : length' },
  { file: 'ReleaseSchedule', what: 'takes 2100 for a leap year', find: 'year % 100 != 0 || year % 400 == 0', put: 'true' },
  { file: 'ReleaseSchedule', what: 'takes 2000 for no leap year', find: ' || year % 400 == 0', put: '' },
  { file: 'ReleaseSchedule', what: 'starts a cycle a period late', find: '(period + 1) / 3', put: 'period / 3', breaks: 'C1' },
]
