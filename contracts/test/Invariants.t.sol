// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Campaign} from "./Campaign.sol";

/// @notice Invariants C1-C11 of spec 11 after every call of a random campaign. (C12 is contracts/test/boundaries.test.ts.)
contract InvariantsTest is Base {
    Campaign private campaign;
    uint256 private lastBurned;

    function setUp() public {
        campaign = new Campaign();
        (token, emission, vault, pool, anchors, ecoFund) = campaign.deployed();
    }

    /// @dev Read by forge: what to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(campaign);
    }

    /// @dev One function, because forge runs a whole campaign for each.
    function invariant_C1_to_C11() external {
        string memory broken = campaign.broken();
        vm.assertTrue(bytes(broken).length == 0, broken);
        checkSupply();
        checkPeriods();
        checkSerialsAndHeads();
        checkBalances();
        checkVotes();
    }

    /// @dev C1
    function checkSupply() private view {
        vm.assertEq(token.everMinted(), campaign.minted(), "C1 minted = opened releases + 9 M");
        vm.assertEq(token.totalSupply(), campaign.minted(), "C1 nothing is destroyed");
        vm.assertLe(token.totalSupply(), 100_000_000 * POS, "C1 at most 100 M");
    }

    /// @dev C2, C3, C5, C6
    function checkPeriods() private view {
        vm.assertEq(emission.openedPeriods(), campaign.opened(), "C5 opened");
        vm.assertEq(emission.closedPeriods(), campaign.closed(), "C6 closed");
        for (uint256 p = 1; p <= 13; ++p) {
            uint256 release = campaign.releaseInTable(p);
            uint256 funded = emission.funded(p);
            vm.assertEq(emission.release(p), release, "C2 release");
            vm.assertLe(funded, release, "C2 funded <= release");
            vm.assertEq(funded, campaign.fundedIn(p), "C3 funded never changes but by funding");
            vm.assertEq(emission.closedRoot(p), campaign.rootOf(p), "C3 root never changes");
            if (p <= campaign.closed()) vm.assertEq(funded + campaign.burnedIn(p), release, "C3 funded + burned = release");
            if (p > campaign.opened()) vm.assertEq(funded, 0, "C5 nothing before the start");
        }
    }

    /// @dev C4
    function checkSerialsAndHeads() private view {
        vm.assertEq(emission.nextSerial(), campaign.fundSerial(), "C4 grant serials");
        vm.assertEq(emission.head(), campaign.fundHead(), "C4 head of grants");
        vm.assertEq(vault.nextSerial(), campaign.paySerial(), "C4 payout serials");
        vm.assertEq(vault.head(), campaign.payHead(), "C4 head of payouts");
        vm.assertEq(pool.nextSerial(), campaign.streamSerial(), "C4 stream serials");
        vm.assertEq(pool.head(), campaign.streamHead(), "C4 head of streams");
        vm.assertEq(anchors.nextSerial(), campaign.anchorSerial(), "C4 anchor serials");
        vm.assertEq(anchors.head(), campaign.anchorHead(), "C4 head of anchors");
    }

    /// @dev C10, C11
    function checkBalances() private {
        uint256 sum = 0;
        for (uint256 i = 0; i < campaign.ACTORS(); ++i) {
            sum += token.balanceOf(campaign.actor(i));
        }
        uint256 dead = token.balanceOf(DEAD);
        uint256 held = token.balanceOf(address(vault));
        uint256 emitting = token.balanceOf(address(emission));
        uint256 pooled = token.balanceOf(address(pool));
        sum += dead + held + emitting + pooled + token.balanceOf(address(ecoFund));
        vm.assertEq(sum, campaign.minted(), "C10 conservation");
        vm.assertLe(lastBurned, dead, "C10 the burn address never falls");
        lastBurned = dead;
        vm.assertEq(dead, campaign.burned(), "C10 burned is what was closed, expired or thrown away");
        vm.assertEq(held, campaign.vaultIn() - campaign.vaultOut(), "C11 the vault holds all that came and did not leave");
        vm.assertEq(pooled, campaign.poolIn() - campaign.streamed(), "pool = 9 M + redeemed - streamed");
        vm.assertEq(pool.available(), campaign.streamable() - campaign.streamed(), "what may be streamed");
        uint256 waiting = 0;
        for (uint256 p = campaign.closed() + 1; p <= campaign.opened(); ++p) {
            waiting += campaign.releaseInTable(p) - campaign.fundedIn(p);
        }
        vm.assertEq(emitting, waiting, "C7 what is not granted yet waits for its period");
    }

    /// @dev Votes follow balances through batches, transfers and delegations.
    function checkVotes() private view {
        uint256 actors = campaign.ACTORS();
        for (uint256 d = 0; d <= actors; ++d) {
            address delegatee = d == actors ? address(vault) : campaign.actor(d);
            uint256 votes = token.delegates(address(vault)) == delegatee ? token.balanceOf(address(vault)) : 0;
            for (uint256 i = 0; i < actors; ++i) {
                address holder = campaign.actor(i);
                if (token.delegates(holder) == delegatee) votes += token.balanceOf(holder);
            }
            vm.assertEq(token.getVotes(delegatee), votes, "votes = balances delegated");
        }
        vm.assertEq(token.delegates(address(vault)), address(vault), "the vault votes for itself");
    }

    /// @dev A run without these proves nothing.
    function afterInvariant() external view {
        vm.assertGt(campaign.closes(), 0, "coverage: no period was closed");
        vm.assertGt(campaign.replays(), 0, "coverage: no replay was tried");
        vm.assertGt(campaign.pausesOverABoundary(), 0, "coverage: no pause crossed a boundary");
        vm.assertGt(campaign.fills(), 0, "coverage: no period was filled");
        vm.assertGt(campaign.payouts(), 0, "coverage: nothing was paid");
        vm.assertGt(campaign.overspends(), 0, "coverage: no overspending was tried");
        vm.assertGt(campaign.earlyTries(), 0, "coverage: nothing was tried too early");
        vm.assertGt(campaign.strangers(), 0, "coverage: no stranger tried");
    }
}
