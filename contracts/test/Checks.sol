// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "./Ledger.sol";

/// @notice Compares the contracts with the ledger: C1-C11 of spec 11. In the same contract as the ledger, because forge checks after every call and
/// a call across contracts for each number would take ten times as long.
abstract contract Checks is Ledger {
    uint256 internal constant ACTORS = 6;

    uint256 private _lastBurned;

    function actor(uint256 seed) internal pure returns (address) {
        return address(uint160(0xAC700 + seed % ACTORS));
    }

    /// @notice Reverts with the invariant that does not hold.
    function check() external view {
        vm.assertTrue(bytes(broken).length == 0, broken);
        checkSupply();
        checkPeriods();
        checkSerialsAndHeads();
        checkBalances();
        checkVotes();
    }

    /// @dev C10, at the end of every step: forge throws away what a check writes, so `check` can not remember.
    function noteBurnAddress() internal {
        uint256 dead = token.balanceOf(DEAD);
        if (dead < _lastBurned) breaks("C10 the burn address fell");
        _lastBurned = dead;
    }

    /// @dev C1
    function checkSupply() private view {
        vm.assertEq(token.everMinted(), minted, "C1 minted = opened releases + 9 M");
        vm.assertEq(token.totalSupply(), minted, "C1 nothing is destroyed");
        vm.assertLe(token.totalSupply(), 100_000_000 * POS, "C1 at most 100 M");
    }

    /// @dev C2, C3, C5, C6
    function checkPeriods() private view {
        vm.assertEq(emission.openedPeriods(), opened, "C5 opened");
        vm.assertEq(emission.closedPeriods(), closed, "C6 closed");
        for (uint256 p = 1; p <= 13; ++p) {
            uint256 release = releaseInTable(p);
            uint256 funded = emission.funded(p);
            vm.assertLe(funded, release, "C2 funded <= release");
            vm.assertEq(funded, fundedIn[p], "C3 funded never changes but by funding");
            vm.assertEq(emission.closedRoot(p), rootOf[p], "C3 root never changes");
            if (p <= closed) vm.assertEq(funded + burnedIn[p], release, "C3 funded + burned = release");
            if (p > opened) vm.assertEq(funded, 0, "C5 nothing before the start");
        }
    }

    /// @dev C4
    function checkSerialsAndHeads() private view {
        vm.assertEq(emission.nextSerial(), fundSerial, "C4 grant serials");
        vm.assertEq(emission.head(), fundHead, "C4 head of grants");
        vm.assertEq(vault.nextSerial(), paySerial, "C4 payout serials");
        vm.assertEq(vault.head(), payHead, "C4 head of payouts");
        vm.assertEq(pool.nextSerial(), streamSerial, "C4 stream serials");
        vm.assertEq(pool.head(), streamHead, "C4 head of streams");
        vm.assertEq(anchors.nextSerial(), anchorSerial, "C4 anchor serials");
        vm.assertEq(anchors.head(), anchorHead, "C4 head of anchors");
    }

    /// @dev C10, C11
    function checkBalances() private view {
        uint256 sum = 0;
        for (uint256 i = 0; i < ACTORS; ++i) {
            sum += token.balanceOf(actor(i));
        }
        uint256 dead = token.balanceOf(DEAD);
        uint256 held = token.balanceOf(address(vault));
        uint256 emitting = token.balanceOf(address(emission));
        uint256 pooled = token.balanceOf(address(pool));
        sum += dead + held + emitting + pooled + token.balanceOf(address(ecoFund));
        vm.assertEq(sum, minted, "C10 conservation");
        vm.assertEq(dead, burned, "C10 burned is what was closed, expired or thrown away");
        vm.assertEq(held, vaultIn - vaultOut, "C11 the vault holds all that came and did not leave");
        vm.assertEq(pooled, poolIn - streamed, "pool = 9 M + redeemed - streamed");
        vm.assertEq(pool.available(), streamable() - streamed, "what may be streamed");
        uint256 waiting = 0;
        for (uint256 p = closed + 1; p <= opened; ++p) {
            waiting += releaseInTable(p) - fundedIn[p];
        }
        vm.assertEq(emitting, waiting, "C7 what is not granted yet waits for its period");
    }

    /// @dev Votes follow balances through batches, transfers and delegations.
    function checkVotes() private view {
        address[] memory delegates = new address[](ACTORS + 1);
        uint256[] memory balances = new uint256[](ACTORS + 1);
        for (uint256 i = 0; i <= ACTORS; ++i) {
            address holder = voter(i);
            (delegates[i], balances[i]) = (token.delegates(holder), token.balanceOf(holder));
        }
        vm.assertEq(delegates[ACTORS], address(vault), "the vault votes for itself");
        for (uint256 d = 0; d <= ACTORS; ++d) {
            uint256 votes = 0;
            for (uint256 i = 0; i <= ACTORS; ++i) {
                if (delegates[i] == voter(d)) votes += balances[i];
            }
            vm.assertEq(token.getVotes(voter(d)), votes, "votes = balances delegated");
        }
    }

    function voter(uint256 i) private view returns (address) {
        return i == ACTORS ? address(vault) : actor(i);
    }
}
