// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../src/Guarded.sol";
import {Base} from "./Base.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @dev What the timelock can do to roles, and what a stolen guardian key can not. The table after deployment is in contracts/script/deploy.test.ts.
contract RolesTest is Base {
    function setUp() public {
        deployAll();
        vm.warp(GENESIS);
    }

    function test_theAdminActsAfter48HoursAndNotBefore() public {
        bytes memory grant = abi.encodeCall(IAccessControl.grantRole, (vault.PAYER_ROLE(), STRANGER));
        vm.prank(PROPOSER);
        timelock.schedule(address(vault), 0, grant, 0, 0, 48 hours);
        vm.warp(GENESIS + 48 hours - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(vault), 0, grant, 0, 0);
        vm.warp(GENESIS + 48 hours);
        vm.prank(STRANGER);
        timelock.execute(address(vault), 0, grant, 0, 0);
        vm.assertTrue(vault.hasRole(vault.PAYER_ROLE(), STRANGER), "granted");
    }

    function test_nothingIsScheduledWithLessNotice() public {
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, 48 hours - 1, 48 hours));
        vm.prank(PROPOSER);
        timelock.schedule(address(vault), 0, "", 0, 0, 48 hours - 1);
    }

    /// @dev "If stolen: burns and payouts are late, none lost": the timelock takes the role away and lifts the pause in one step.
    function test_aStolenGuardianCanNotHoldTheVaultForEver() public {
        vm.prank(GUARDIAN);
        vault.pause();
        address[] memory targets = new address[](2);
        bytes[] memory calls = new bytes[](2);
        targets[0] = targets[1] = address(vault);
        calls[0] = abi.encodeCall(IAccessControl.revokeRole, (vault.GUARDIAN_ROLE(), GUARDIAN));
        calls[1] = abi.encodeCall(Guarded.unpause, ());
        vm.prank(PROPOSER);
        timelock.scheduleBatch(targets, new uint256[](2), calls, 0, 0, 48 hours);
        bytes32 id = timelock.hashOperationBatch(targets, new uint256[](2), calls, 0, 0);
        vm.expectRevert(lacksRole(GUARDIAN, timelock.CANCELLER_ROLE()));
        vm.prank(GUARDIAN);
        timelock.cancel(id);
        vm.warp(GENESIS + 48 hours);
        timelock.executeBatch(targets, new uint256[](2), calls, 0, 0);
        vm.assertTrue(!vault.paused(), "running");
        vm.expectRevert(lacksRole(GUARDIAN, vault.GUARDIAN_ROLE()));
        vm.prank(GUARDIAN);
        vault.pause();
    }
}
