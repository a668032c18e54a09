// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Campaign} from "./Campaign.sol";

/// @notice Invariants C1-C11 of spec 11 after every call of a random campaign. (C12 is contracts/test/boundaries.test.ts.)
contract InvariantsTest is Base {
    Campaign private campaign;

    function setUp() public {
        campaign = new Campaign();
    }

    /// @dev Read by forge: what to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(campaign);
    }

    /// @dev One function, because forge runs a whole campaign for each.
    function invariant_C1_to_C11() external view {
        campaign.check();
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
