// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RootAlreadyUsed, Unauthorized, ZeroAmount, ZeroRoot} from "../src/Errors.sol";
import {Base} from "./Base.sol";

contract EcoFundTest is Base {
    event BountyPaid(bytes32 indexed paymentId, address indexed to, uint256 amount);

    function setUp() public {
        deployAll();
        vm.warp(GENESIS + 30 days);
        vm.prank(DISTRIBUTOR);
        pool.stream(1, 0, 1_000, ROOT);
    }

    function test_paysByTheTimelockOncePerPayment() public {
        vm.expectEmit();
        emit BountyPaid(ROOT, STRANGER, 400);
        pay(ROOT, 400);
        vm.assertEq(token.balanceOf(STRANGER), 400, "paid");
        vm.assertTrue(ecoFund.paid(ROOT), "remembered");
        vm.expectRevert(abi.encodeWithSelector(RootAlreadyUsed.selector, ROOT));
        pay(ROOT, 400);
        vm.expectRevert(ZeroRoot.selector);
        pay(bytes32(0), 400);
        vm.expectRevert(ZeroAmount.selector);
        pay(keccak256("other"), 0);
    }

    function testFuzz_nobodyElsePays(address caller) public {
        vm.assume(caller != admin);
        vm.expectRevert(abi.encodeWithSelector(Unauthorized.selector, caller));
        vm.prank(caller);
        ecoFund.pay(ROOT, STRANGER, 1);
    }

    function pay(bytes32 id, uint256 amount) private {
        vm.prank(admin);
        ecoFund.pay(id, STRANGER, amount);
    }
}
