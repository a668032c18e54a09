// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";

/// @notice What a campaign of random calls believes to be true: kept beside the contracts by separate arithmetic, never read back from them.
abstract contract Ledger is Base {
    /// @notice The first thing that went through though it must not; empty while all is well.
    string internal broken;

    // Emission
    uint256 internal opened;
    uint256 internal closed;
    uint256 internal minted = 9_000_000 * POS;
    uint256 internal fundSerial = 1;
    bytes32 internal fundHead;
    uint256 internal lastUnpause;
    mapping(uint256 p => uint256) internal fundedIn;
    mapping(uint256 p => uint256) internal burnedIn;
    mapping(uint256 p => bytes32) internal rootOf;

    // Vault
    uint256 internal vaultIn;
    uint256 internal vaultOut;
    uint256 internal paySerial = 1;
    bytes32 internal payHead;

    // Pool and anchors
    uint256 internal poolIn = 9_000_000 * POS;
    uint256 internal streamed;
    uint256 internal streamSerial = 1;
    bytes32 internal streamHead;
    uint256 internal anchorSerial = 1;
    bytes32 internal anchorHead;
    uint256[] private _redemptionTimes;
    uint256[] private _redemptions;

    // Burning
    uint256 internal burned;

    // The leaky bucket: all that left, when, and how much had refilled in all until then.
    uint256 internal maxCapacity = CAPACITY;
    uint256 private _refill = REFILL;
    uint256 private _refilled;
    uint256 private _refilledAt;
    uint256[] private _leftAmounts;
    uint256[] private _leftRefilled;

    // Coverage: a campaign in which these stay zero proves nothing.
    uint256 public closes;
    uint256 public replays;
    uint256 public fills;
    uint256 public pausesOverABoundary;
    uint256 public earlyTries;
    uint256 public overspends;
    uint256 public strangers;
    uint256 public payouts;

    /// @dev Independent of ReleaseSchedule: the table of spec 01, in millions.
    function releaseInTable(uint256 p) internal pure returns (uint256) {
        uint8[13] memory millions = [1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 16, 16, 16];
        return uint256(millions[p - 1]) * 1_000_000 * POS;
    }

    /// @dev C8: over every window that ends now, what left is at most the capacity plus what refilled within it.
    function noteLeft(uint256 amount) internal {
        vaultOut += amount;
        refillUntilNow();
        _leftAmounts.push(amount);
        _leftRefilled.push(_refilled);
        uint256 sum = 0;
        for (uint256 i = _leftAmounts.length; i > 0; --i) {
            sum += _leftAmounts[i - 1];
            if (sum > maxCapacity + _refilled - _leftRefilled[i - 1]) breaks("C8 more left in a window than the bucket allows");
        }
    }

    function noteLimit(uint256 capacity, uint256 refill) internal {
        refillUntilNow();
        _refill = refill;
        if (capacity > maxCapacity) maxCapacity = capacity;
    }

    function noteRedemption(uint256 amount) internal {
        poolIn += amount;
        _redemptionTimes.push(block.timestamp);
        _redemptions.push(amount);
    }

    /// @dev Spec 07 by adding up: half of what is left every two years, and every redemption over the two years after it.
    function streamable() internal view returns (uint256) {
        uint256 left = 9_000_000 * POS;
        uint256 total = 0;
        uint256 time = GENESIS;
        while (time + 730 days <= block.timestamp) {
            total += left / 2;
            left -= left / 2;
            time += 730 days;
        }
        if (block.timestamp > time) total += (left / 2) * (block.timestamp - time) / 730 days;
        uint256 numerator = 0;
        for (uint256 i = 0; i < _redemptions.length; ++i) {
            uint256 age = block.timestamp - _redemptionTimes[i];
            numerator += _redemptions[i] * (age < 730 days ? age : 730 days);
        }
        return total + numerator / 730 days;
    }

    function breaks(string memory what) internal {
        if (bytes(broken).length == 0) broken = what;
    }

    function refillUntilNow() private {
        _refilled += (block.timestamp - _refilledAt) * _refill;
        _refilledAt = block.timestamp;
    }
}
