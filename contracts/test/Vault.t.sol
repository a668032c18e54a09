// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RootAlreadyUsed, WrongSerial, ZeroAmount, ZeroRoot} from "../src/Errors.sol";
import {Vault} from "../src/Vault.sol";
import {Base} from "./Base.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

contract VaultTest is Base {
    event Paid(uint256 indexed firstSerial, uint256 lastSerial, uint256 total, bytes32 head);
    event Redeemed(bytes32 indexed orderRoot, uint256 amount);
    event Expired(bytes32 indexed statementRoot, uint256 amount);
    event Deposited(address indexed from, uint256 amount);
    event LimitSet(uint256 capacity, uint256 refillPerSecond);

    uint256 private constant HELD = 1_000_000 * POS;

    function setUp() public {
        deployAll();
        fillVault(HELD);
    }

    // pay

    function test_paysLinesInOrderAndFoldsEachIntoTheHead() public {
        uint256[] memory lines = new uint256[](3);
        bytes32 head = bytes32(0);
        for (uint256 i = 0; i < 3; ++i) {
            lines[i] = packed(address(uint160(0xA0 + i)), 100 + i);
            head = keccak256(abi.encode(head, i + 1, address(uint160(0xA0 + i)), 100 + i));
        }
        vm.expectEmit();
        emit Paid(1, 3, 303, head);
        payAs(PAYER, 1, lines);
        vm.assertEq(vault.head(), head, "head");
        vm.assertEq(vault.nextSerial(), 4, "serial");
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(token.balanceOf(address(uint160(0xA0 + i))), 100 + i, "paid");
        }
        vm.assertEq(token.balanceOf(address(vault)), HELD - 303, "vault");
        vm.assertEq(token.getVotes(address(vault)), HELD - 303, "votes of the vault");
        head = keccak256(abi.encode(head, 4, address(0xA0), 5));
        payAs(PAYER, 4, one(address(0xA0), 5));
        vm.assertEq(vault.head(), head, "head of the second batch");
    }

    function testFuzz_acceptsTheNextSerialOnly(uint256 serial) public {
        payAs(PAYER, 1, one(STRANGER, 1));
        vm.assume(serial != 2);
        vm.expectRevert(abi.encodeWithSelector(WrongSerial.selector, 2, serial));
        payAs(PAYER, serial, one(STRANGER, 1));
    }

    function test_takesOneTo500Lines() public {
        vm.expectRevert(abi.encodeWithSelector(Vault.BadLineCount.selector, 0, 500));
        payAs(PAYER, 1, new uint256[](0));
        vm.expectRevert(abi.encodeWithSelector(Vault.BadLineCount.selector, 501, 500));
        payAs(PAYER, 1, many(501));
        payAs(PAYER, 1, many(500));
        vm.assertEq(vault.nextSerial(), 501, "serial");
    }

    function test_refusesZeroAmountsAndPlacesWhereTokensWouldBeLost() public {
        vm.expectRevert(ZeroAmount.selector);
        payAs(PAYER, 1, one(STRANGER, 0));
        address[4] memory refused = [address(0), address(token), address(vault), DEAD];
        for (uint256 i = 0; i < refused.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, refused[i]));
            payAs(PAYER, 1, one(refused[i], 1));
        }
    }

    function test_oneBadLineStopsTheBatch() public {
        uint256[] memory lines = many(3);
        lines[2] = packed(address(token), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(token)));
        payAs(PAYER, 1, lines);
        vm.assertEq(vault.nextSerial(), 1, "serial");
        vm.assertEq(vault.head(), bytes32(0), "head");
        vm.assertEq(vault.available(), CAPACITY, "limit");
    }

    function test_onlyThePayerLetsTokensLeaveAndNotInAPause() public {
        bytes memory refusal = lacksRole(DISTRIBUTOR, vault.PAYER_ROLE());
        vm.expectRevert(refusal);
        payAs(DISTRIBUTOR, 1, one(STRANGER, 1));
        vm.expectRevert(refusal);
        vm.prank(DISTRIBUTOR);
        vault.toPool(ROOT, 1);
        vm.expectRevert(refusal);
        vm.prank(DISTRIBUTOR);
        vault.expire(1, ROOT);
        vm.prank(GUARDIAN);
        vault.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        payAs(PAYER, 1, one(STRANGER, 1));
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(PAYER);
        vault.toPool(ROOT, 1);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(PAYER);
        vault.expire(1, ROOT);
        vm.prank(admin);
        vault.unpause();
        payAs(PAYER, 1, one(STRANGER, 1));
    }

    // the leaky bucket

    function test_theBucketHoldsItsCapacityAndRefillsBySecond() public {
        tighten();
        uint256 refill = vault.refillPerSecond();
        payAs(PAYER, 1, one(STRANGER, 10_000 * POS));
        vm.assertEq(vault.available(), 0, "empty");
        vm.expectRevert(abi.encodeWithSelector(Vault.LimitExceeded.selector, 1, 0));
        payAs(PAYER, 2, one(STRANGER, 1));
        vm.warp(block.timestamp + 7);
        vm.assertEq(vault.available(), 7 * refill, "seven seconds");
        vm.expectRevert(abi.encodeWithSelector(Vault.LimitExceeded.selector, 7 * refill + 1, 7 * refill));
        payAs(PAYER, 2, one(STRANGER, 7 * refill + 1));
        payAs(PAYER, 2, one(STRANGER, 7 * refill));
        vm.warp(block.timestamp + 365 days);
        vm.assertEq(vault.available(), 10_000 * POS, "never above the capacity");
    }

    function test_redemptionsAndExpiriesRunThroughTheSameBucket() public {
        tighten();
        payAs(PAYER, 1, one(STRANGER, 4_000 * POS));
        vm.prank(PAYER);
        vault.toPool(ROOT, 4_000 * POS);
        vm.expectRevert(abi.encodeWithSelector(Vault.LimitExceeded.selector, 2_001 * POS, 2_000 * POS));
        vm.prank(PAYER);
        vault.expire(2_001 * POS, keccak256("other"));
        vm.prank(PAYER);
        vault.expire(2_000 * POS, keccak256("other"));
        vm.assertEq(vault.available(), 0, "empty");
    }

    function testFuzz_limitsStayInBounds(uint256 capacity, uint256 refill) public {
        capacity = bound(capacity, 0, 5_000_000 * POS);
        refill = bound(refill, 0, 2_000 * POS);
        bool fits = capacity >= 10_000 * POS && capacity <= 4_000_000 * POS && refill * 1 hours <= capacity && refill * 7 days >= capacity;
        if (fits) vm.expectEmit();
        if (fits) emit LimitSet(capacity, refill);
        if (!fits) vm.expectRevert(abi.encodeWithSelector(Vault.LimitOutOfBounds.selector, capacity, refill));
        vm.prank(admin);
        vault.setLimit(capacity, refill);
        vm.assertEq(vault.capacity(), fits ? capacity : CAPACITY, "capacity");
        vm.assertEq(vault.refillPerSecond(), fits ? refill : REFILL, "refill");
    }

    function test_limitBoundsAreExact() public {
        uint256 fastest = uint256(3_600_000 * POS) / 1 hours;
        uint256 slowest = uint256(604_800 * POS) / 7 days;
        setLimit(3_600_000 * POS, fastest);
        expectOutOfBounds(3_600_000 * POS, fastest + 1);
        setLimit(604_800 * POS, slowest);
        expectOutOfBounds(604_800 * POS, slowest - 1);
        setLimit(10_000 * POS, POS);
        expectOutOfBounds(10_000 * POS - 1, POS);
        setLimit(4_000_000 * POS, 100 * POS);
        expectOutOfBounds(4_000_000 * POS + 1, 100 * POS);
    }

    function test_changingTheLimitForgetsNothingThatHasLeft() public {
        payAs(PAYER, 1, one(STRANGER, 600_000 * POS));
        setLimit(500_000 * POS, 10 * POS);
        vm.assertEq(vault.available(), 0, "more has left than the new capacity");
        vm.warp(block.timestamp + 10_000);
        vm.assertEq(vault.available(), 0, "exactly leaked to the capacity");
        vm.warp(block.timestamp + 10_000);
        vm.assertEq(vault.available(), 100_000 * POS, "leaks on at the new rate");
        setLimit(600_000 * POS, 20 * POS);
        vm.assertEq(vault.available(), 200_000 * POS, "the old rate until now");
    }

    function test_onlyTheAdminSetsTheLimit() public {
        vm.expectRevert(lacksRole(PAYER, bytes32(0)));
        vm.prank(PAYER);
        vault.setLimit(CAPACITY, REFILL);
    }

    // pool and burning

    function test_toPoolOncePerOrder() public {
        vm.expectEmit();
        emit Redeemed(ROOT, 900);
        vm.prank(PAYER);
        vault.toPool(ROOT, 900);
        vm.assertEq(token.balanceOf(address(pool)), 9_000_000 * POS + 900, "pool");
        vm.assertEq(pool.totalRedeemed(), 900, "redeemed");
        expectUsed(ROOT);
        vm.expectRevert(ZeroRoot.selector);
        vm.prank(PAYER);
        vault.toPool(bytes32(0), 900);
        vm.expectRevert(ZeroAmount.selector);
        vm.prank(PAYER);
        vault.toPool(keccak256("other"), 0);
    }

    function test_expireOncePerStatement() public {
        vm.expectEmit();
        emit Expired(ROOT, 900);
        vm.prank(PAYER);
        vault.expire(900, ROOT);
        vm.assertEq(token.balanceOf(DEAD), 900, "burned");
        expectUsed(ROOT);
        vm.expectRevert(ZeroRoot.selector);
        vm.prank(PAYER);
        vault.expire(900, bytes32(0));
        vm.expectRevert(ZeroAmount.selector);
        vm.prank(PAYER);
        vault.expire(0, keccak256("other"));
    }

    // deposits

    function test_depositTakesWhatWasApproved() public {
        give(STRANGER, 100);
        vm.prank(STRANGER);
        token.approve(address(vault), 60);
        vm.expectEmit();
        emit Deposited(STRANGER, 60);
        vm.prank(STRANGER);
        vault.deposit(60);
        vm.assertEq(token.balanceOf(address(vault)), HELD - 40, "vault");
        vm.assertEq(token.balanceOf(STRANGER), 40, "member");
        vm.expectRevert(ZeroAmount.selector);
        vm.prank(STRANGER);
        vault.deposit(0);
        vm.prank(GUARDIAN);
        vault.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vm.prank(STRANGER);
        vault.deposit(1);
    }

    function test_depositWithPermitIsPaidForBySomebodyElse() public {
        uint256 key = 0xA11CE;
        address owner = vm.addr(key);
        give(owner, 100);
        (uint8 v, bytes32 r, bytes32 s) = signPermit(key, 70);
        vm.expectEmit();
        emit Deposited(owner, 70);
        vm.prank(STRANGER);
        vault.depositWithPermit(owner, 70, block.timestamp, v, r, s);
        vm.assertEq(token.balanceOf(owner), 30, "member");
        vm.assertEq(token.balanceOf(address(vault)), HELD - 30, "vault");
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        vm.prank(STRANGER);
        vault.depositWithPermit(owner, 70, block.timestamp, v, r, s);
    }

    function test_anAllowanceAloneIsNoDeposit() public {
        uint256 key = 0xA11CE;
        address owner = vm.addr(key);
        give(owner, 100);
        vm.prank(owner);
        token.approve(address(vault), 100);
        (uint8 v, bytes32 r, bytes32 s) = signPermit(0xB0B, 70);
        vm.prank(STRANGER);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        vault.depositWithPermit(owner, 70, block.timestamp, v, r, s);
        (v, r, s) = signPermit(key, 70);
        vm.warp(block.timestamp + 1);
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, block.timestamp - 1));
        vault.depositWithPermit(owner, 70, block.timestamp - 1, v, r, s);
    }

    function signPermit(uint256 key, uint256 amount) private view returns (uint8, bytes32, bytes32) {
        bytes32 typeHash = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 content = keccak256(abi.encode(typeHash, vm.addr(key), address(vault), amount, 0, block.timestamp));
        return vm.sign(key, keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), content)));
    }

    function payAs(address caller, uint256 serial, uint256[] memory lines) private {
        vm.prank(caller);
        vault.pay(serial, lines);
    }

    function one(address to, uint256 amount) private pure returns (uint256[] memory lines) {
        lines = new uint256[](1);
        lines[0] = packed(to, amount);
    }

    function many(uint256 count) private pure returns (uint256[] memory lines) {
        lines = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            lines[i] = packed(address(uint160(0x1000 + i)), 1 + i);
        }
    }

    function tighten() private {
        setLimit(10_000 * POS, uint256(10_000 * POS) / 12 hours);
    }

    function setLimit(uint256 capacity, uint256 refill) private {
        vm.prank(admin);
        vault.setLimit(capacity, refill);
    }

    function expectOutOfBounds(uint256 capacity, uint256 refill) private {
        vm.expectRevert(abi.encodeWithSelector(Vault.LimitOutOfBounds.selector, capacity, refill));
        setLimit(capacity, refill);
    }

    function expectUsed(bytes32 root) private {
        vm.assertTrue(vault.rootUsed(root), "root is used");
        vm.expectRevert(abi.encodeWithSelector(RootAlreadyUsed.selector, root));
        vm.prank(PAYER);
        vault.toPool(root, 900);
        vm.expectRevert(abi.encodeWithSelector(RootAlreadyUsed.selector, root));
        vm.prank(PAYER);
        vault.expire(900, root);
    }
}
