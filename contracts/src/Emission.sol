// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WrongSerial, WrongWiring, ZeroRoot} from "./Errors.sol";
import {Guarded} from "./Guarded.sol";
import {PoSToken} from "./PoSToken.sol";
import {Pool} from "./Pool.sol";
import {ReleaseSchedule} from "./ReleaseSchedule.sol";
import {Vault} from "./Vault.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Releases 91,000,000 PoS over 13 calendar months; what nobody earned in a month is burned (spec 01, 11)
/// @notice Released tokens have two ways out: into the vault against numbered grants, and to the burn address when their period is closed.
contract Emission is Guarded {
    using SafeERC20 for PoSToken;

    /// @notice May fund grants, and close periods early.
    bytes32 public constant DISTRIBUTOR_ROLE = keccak256("DISTRIBUTOR");

    /// @notice Minted to the participation pool at deployment, in nano.
    uint256 public constant POOL_AT_GENESIS = 9_000_000e9;

    /// @notice Members can dispute a draft statement for this long before the distributor may close its period.
    uint256 public constant DISPUTE_WINDOW = 72 hours;

    /// @notice If the distributor does not close a period, anybody may, this long after its end or after the last pause was lifted.
    uint256 public constant PUBLIC_CLOSE_DELAY = 30 days;

    PoSToken public immutable token;
    Pool public immutable pool;
    Vault public immutable vault;

    /// @notice Periods 1 to this one are opened: their release is minted.
    uint8 public openedPeriods;

    /// @notice Periods 1 to this one are closed for ever.
    uint8 public closedPeriods;

    /// @notice Serial of the next grant line; the first one is 1.
    uint64 public nextSerial = 1;

    /// @notice When the last pause was lifted, in seconds; 0 if never.
    uint64 public unpausedAt;

    /// @notice Running hash of all accepted fundings: keccak256(abi.encode(head, p, firstSerial, lastSerial, amount, linesRoot)), from zero.
    bytes32 public head;

    /// @notice Granted and moved to the vault in a period, in nano.
    mapping(uint256 p => uint256) public funded;

    /// @notice Root of the statement with which a period was closed; zero while it is not closed.
    mapping(uint256 p => bytes32) public closedRoot;

    uint64[14] private _boundaries;

    event Opened(uint256 indexed p, uint256 release);
    event Funded(uint256 indexed p, uint256 firstSerial, uint256 lastSerial, uint256 amount, bytes32 linesRoot, bytes32 head);
    event Closed(uint256 indexed p, uint256 funded, uint256 burned, bytes32 statementRoot, address indexed closer);

    error WrongPeriod(uint256 expected, uint256 given);
    error PeriodNotOpen(uint256 p);
    error TooEarly(uint256 p, uint256 notBefore);
    error ReleaseExceeded(uint256 p, uint256 wanted, uint256 release);
    error BadSerialRange(uint256 firstSerial, uint256 lastSerial, uint256 amount);

    /// @param genesis start of period 1, in seconds since 1970.
    /// @param token_ its minter must be this contract's address.
    /// @param pool_ receives 9,000,000 PoS now.
    /// @param vault_ receives what is funded.
    constructor(uint64 genesis, PoSToken token_, Pool pool_, Vault vault_, address admin, address distributor, address guardian)
        Guarded(admin, guardian)
    {
        bool wired = address(pool_.token()) == address(token_) && pool_.vault() == address(vault_) && pool_.genesis() == genesis
            && address(vault_.token()) == address(token_) && address(vault_.pool()) == address(pool_);
        if (!wired) revert WrongWiring();
        token = token_;
        pool = pool_;
        vault = vault_;
        _boundaries = ReleaseSchedule.boundariesFrom(genesis);
        _grantRole(DISTRIBUTOR_ROLE, distributor);
        token_.mint(address(pool_), POOL_AT_GENESIS);
    }

    /// @notice Mints the release of period `p`. Anybody, from the period's start, one after the other.
    function open(uint256 p) external {
        uint256 expected = uint256(openedPeriods) + 1;
        if (p != expected || p > ReleaseSchedule.PERIODS) revert WrongPeriod(expected, p);
        if (block.timestamp < _boundaries[p - 1]) revert TooEarly(p, _boundaries[p - 1]);
        openedPeriods = uint8(p);
        uint256 amount = release(p);
        emit Opened(p, amount);
        token.mint(address(this), amount);
    }

    /// @notice Moves the grants `firstSerial` to `lastSerial` of period `p`, together `amount`, into the vault.
    /// @dev Contiguous serials make a repeated call fail instead of funding twice. A line is at least one nano, so the serials can not run out.
    /// @param linesRoot Merkle root of the grant lines, published with the statement.
    function fund(uint256 p, uint256 firstSerial, uint256 lastSerial, uint256 amount, bytes32 linesRoot)
        external
        onlyRole(DISTRIBUTOR_ROLE)
        whenNotPaused
    {
        if (p > openedPeriods || p <= closedPeriods) revert PeriodNotOpen(p);
        if (firstSerial != nextSerial) revert WrongSerial(nextSerial, firstSerial);
        if (lastSerial < firstSerial || lastSerial - firstSerial >= amount) revert BadSerialRange(firstSerial, lastSerial, amount);
        if (linesRoot == bytes32(0)) revert ZeroRoot();
        uint256 limit = release(p);
        uint256 before = funded[p];
        // Written as a difference because `amount` is any number the caller likes.
        if (amount > limit - before) revert ReleaseExceeded(p, amount, limit - before);
        funded[p] = before + amount;
        nextSerial = uint64(lastSerial + 1);
        bytes32 newHead = keccak256(abi.encode(head, p, firstSerial, lastSerial, amount, linesRoot));
        head = newHead;
        emit Funded(p, firstSerial, lastSerial, amount, linesRoot, newHead);
        token.safeTransfer(address(vault), amount);
    }

    /// @notice Ends period `p` for ever: what was not funded is burned, the root of its statement is kept.
    /// The distributor may from 72 hours after the period's end, anybody from 30 days after it (or after the last pause was lifted, if that is later).
    function close(uint256 p, bytes32 statementRoot) external whenNotPaused {
        uint256 expected = uint256(closedPeriods) + 1;
        if (p != expected) revert WrongPeriod(expected, p);
        if (p > openedPeriods) revert PeriodNotOpen(p);
        if (statementRoot == bytes32(0)) revert ZeroRoot();
        uint256 notBefore = closableAt(p, hasRole(DISTRIBUTOR_ROLE, _msgSender()));
        if (block.timestamp < notBefore) revert TooEarly(p, notBefore);
        closedPeriods = uint8(p);
        closedRoot[p] = statementRoot;
        uint256 rest = release(p) - funded[p];
        emit Closed(p, funded[p], rest, statementRoot, _msgSender());
        if (rest > 0) token.safeTransfer(token.BURN_ADDRESS(), rest);
    }

    /// @notice First second at which period `p` can be closed, by the distributor or by anybody.
    function closableAt(uint256 p, bool byDistributor) public view returns (uint256) {
        uint256 end = _boundaries[p];
        if (byDistributor) return end + DISPUTE_WINDOW;
        return (end > unpausedAt ? end : unpausedAt) + PUBLIC_CLOSE_DELAY;
    }

    /// @notice Boundary `k` (0-13) in seconds since 1970; period p is [boundary p-1, boundary p).
    function boundary(uint256 k) external view returns (uint256) {
        return _boundaries[k];
    }

    /// @notice What period `p` releases, in nano; 0 outside 1-13.
    function release(uint256 p) public pure returns (uint256) {
        return ReleaseSchedule.releaseOf(p);
    }

    /// @dev Remembers when the public may begin to count its 30 days: a pause must never burn a grant that could not be funded.
    function _unpause() internal override {
        unpausedAt = uint64(block.timestamp);
        super._unpause();
    }
}
