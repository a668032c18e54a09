// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Unauthorized, WrongSerial, ZeroAmount, ZeroRoot} from "./Errors.sol";
import {Guarded} from "./Guarded.sol";
import {PoSToken} from "./PoSToken.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title The participation pool: 9,000,000 PoS and what members redeem, streamed by a halving schedule (spec 07)
/// @notice Tokens leave for two places only, the vault (participation rewards) and the eco fund, and never faster than
/// `scheduled(now) + vestedRedemptions(now)` in all.
contract Pool is Guarded {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for PoSToken;

    /// @notice May stream.
    bytes32 public constant DISTRIBUTOR_ROLE = keccak256("DISTRIBUTOR");

    /// @notice The rate halves this often, and a redemption is spread over as long: 2 years of 365 days, in seconds.
    uint256 public constant HALVING = 730 days;

    /// @notice What the schedule lets go until the first halving, in nano: half of the starting pool.
    uint256 public constant FIRST_HALF = 4_500_000e9;

    PoSToken public immutable token;
    address public immutable vault;
    address public immutable ecoFund;

    /// @notice When the schedule starts, in seconds since 1970.
    uint64 public immutable genesis;

    /// @notice Serial of the next stream; the first one is 1.
    uint64 public nextSerial = 1;

    /// @notice All that ever left by streams, in nano.
    uint128 public streamed;

    /// @notice Running hash of all streams: keccak256(abi.encode(head, serial, amount, toEcoFund, root)), from zero.
    bytes32 public head;

    /// @dev Sum of redeemed amounts, and of amount * time, by time: their difference over two years gives the linear part exactly.
    Checkpoints.Trace208 private _redeemed;
    Checkpoints.Trace208 private _redeemedTimes;

    event Streamed(uint256 indexed serial, uint256 amount, uint256 toEcoFund, bytes32 root, bytes32 head);
    event RedemptionAdded(uint256 amount, uint256 totalRedeemed);

    error ScheduleExceeded(uint256 wanted, uint256 available);

    /// @param vault_ and `ecoFund_` may be computed before those contracts are deployed.
    constructor(PoSToken token_, address vault_, address ecoFund_, uint64 genesis_, address admin, address distributor, address guardian)
        Guarded(admin, guardian)
    {
        token = token_;
        vault = vault_;
        ecoFund = ecoFund_;
        genesis = genesis_;
        _grantRole(DISTRIBUTOR_ROLE, distributor);
    }

    /// @notice Sends `amount` to the vault for participation units and `toEcoFund` to the eco fund, as stream number `serial`.
    /// @param root Merkle root of what the units get.
    function stream(uint256 serial, uint256 amount, uint256 toEcoFund, bytes32 root) external onlyRole(DISTRIBUTOR_ROLE) whenNotPaused {
        if (serial != nextSerial) revert WrongSerial(nextSerial, serial);
        if (root == bytes32(0)) revert ZeroRoot();
        uint256 total = amount + toEcoFund;
        if (total == 0) revert ZeroAmount();
        uint256 left = available();
        if (total > left) revert ScheduleExceeded(total, left);
        streamed += uint128(total);
        nextSerial = uint64(serial + 1);
        bytes32 newHead = keccak256(abi.encode(head, serial, amount, toEcoFund, root));
        head = newHead;
        emit Streamed(serial, amount, toEcoFund, root, newHead);
        if (amount > 0) token.safeTransfer(vault, amount);
        if (toEcoFund > 0) token.safeTransfer(ecoFund, toEcoFund);
    }

    /// @notice Counts tokens that the vault has just sent here as redeemed; the vault only.
    function addRedeemed(uint256 amount) external {
        if (_msgSender() != vault) revert Unauthorized(_msgSender());
        uint48 time = uint48(block.timestamp);
        uint208 total = _redeemed.latest() + uint208(amount);
        _redeemed.push(time, total);
        _redeemedTimes.push(time, _redeemedTimes.latest() + uint208(amount * time));
        emit RedemptionAdded(amount, total);
    }

    /// @notice How much may be streamed right now, in nano.
    function available() public view returns (uint256) {
        return scheduled(block.timestamp) + vestedRedemptions(block.timestamp) - streamed;
    }

    /// @notice What the halving schedule has let go of the starting pool by `time` (seconds since 1970), in nano, rounded down.
    function scheduled(uint256 time) public view returns (uint256) {
        if (time <= genesis) return 0;
        uint256 elapsed = time - genesis;
        uint256 halvings = elapsed / HALVING;
        uint256 current = FIRST_HALF >> halvings;
        // The geometric sum of all earlier halves, then the linear part of the current one.
        return 2 * (FIRST_HALF - current) + current * (elapsed % HALVING) / HALVING;
    }

    /// @notice What redemptions have added by `time` (seconds since 1970, not in the future), in nano, rounded down: each is spread evenly over the
    /// two years after it.
    function vestedRedemptions(uint256 time) public view returns (uint256) {
        uint48 start = time > HALVING ? uint48(time - HALVING) : 0;
        uint256 full = _redeemed.upperLookupRecent(start);
        uint256 part = _redeemed.upperLookupRecent(uint48(time)) - full;
        uint256 partTimes = _redeemedTimes.upperLookupRecent(uint48(time)) - _redeemedTimes.upperLookupRecent(start);
        return full + (part * time - partTimes) / HALVING;
    }

    /// @notice All that was ever redeemed into the pool, in nano.
    function totalRedeemed() external view returns (uint256) {
        return _redeemed.latest();
    }
}
