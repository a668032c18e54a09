// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Emission} from "../src/Emission.sol";
import {WrongSerial, WrongWiring, ZeroRoot} from "../src/Errors.sol";
import {PoSToken} from "../src/PoSToken.sol";
import {Pool} from "../src/Pool.sol";
import {Vault} from "../src/Vault.sol";
import {Base} from "./Base.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

contract EmissionTest is Base {
    event Opened(uint256 indexed p, uint256 release);
    event Funded(uint256 indexed p, uint256 firstSerial, uint256 lastSerial, uint256 amount, bytes32 linesRoot, bytes32 head);
    event Closed(uint256 indexed p, uint256 funded, uint256 burned, bytes32 statementRoot, address indexed closer);

    uint256 private end1;

    function setUp() public {
        deployAll();
        end1 = emission.boundary(1);
    }

    function test_mintsThePoolAtDeployment() public view {
        vm.assertEq(token.balanceOf(address(pool)), 9_000_000 * POS, "pool");
        vm.assertEq(token.totalSupply(), 9_000_000 * POS, "supply");
        vm.assertEq(emission.boundary(0), GENESIS, "boundary 0");
        vm.assertEq(emission.nextSerial(), 1, "first serial");
    }

    function test_refusesContractsThatDoNotBelongTogether() public {
        PoSToken other = new PoSToken(address(this));
        vm.expectRevert(WrongWiring.selector);
        new Emission(GENESIS, other, pool, vault, admin, DISTRIBUTOR, GUARDIAN);
        vm.expectRevert(WrongWiring.selector);
        new Emission(GENESIS + 1, token, pool, vault, admin, DISTRIBUTOR, GUARDIAN);
        Pool otherPool = new Pool(token, address(vault), address(ecoFund), GENESIS, admin, DISTRIBUTOR, GUARDIAN);
        vm.expectRevert(WrongWiring.selector);
        new Emission(GENESIS, token, otherPool, vault, admin, DISTRIBUTOR, GUARDIAN);
        Vault otherVault = new Vault(token, pool, admin, PAYER, RELAYER, GUARDIAN, CAPACITY, REFILL);
        vm.expectRevert(WrongWiring.selector);
        new Emission(GENESIS, token, pool, otherVault, admin, DISTRIBUTOR, GUARDIAN);
    }

    // open

    function test_opensFromThePeriodsStart() public {
        vm.warp(GENESIS - 1);
        vm.expectRevert(abi.encodeWithSelector(Emission.TooEarly.selector, 1, GENESIS));
        emission.open(1);
        vm.warp(GENESIS);
        vm.expectEmit();
        emit Opened(1, 1_000_000 * POS);
        vm.prank(STRANGER);
        emission.open(1);
        vm.assertEq(emission.openedPeriods(), 1, "opened");
        vm.assertEq(token.balanceOf(address(emission)), 1_000_000 * POS, "minted");
        vm.warp(end1 - 1);
        vm.expectRevert(abi.encodeWithSelector(Emission.TooEarly.selector, 2, end1));
        emission.open(2);
        vm.warp(end1);
        emission.open(2);
        vm.assertEq(token.balanceOf(address(emission)), 3_000_000 * POS, "minted twice");
    }

    function test_opensInOrderOnceAndNoFourteenth() public {
        vm.warp(emission.boundary(13) + 365 days);
        uint256[3] memory wrong = [uint256(0), 2, 14];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Emission.WrongPeriod.selector, 1, wrong[i]));
            emission.open(wrong[i]);
        }
        for (uint256 p = 1; p <= 13; ++p) {
            emission.open(p);
            vm.expectRevert(abi.encodeWithSelector(Emission.WrongPeriod.selector, p + 1, p));
            emission.open(p);
        }
        vm.expectRevert(abi.encodeWithSelector(Emission.WrongPeriod.selector, 14, 14));
        emission.open(14);
        vm.assertEq(token.totalSupply(), 100_000_000 * POS, "all 100 million");
    }

    // fund

    function test_fundMovesToTheVaultAndFoldsTheHead() public {
        openFirst();
        bytes32 head1 = keccak256(abi.encode(bytes32(0), 1, 1, 10, 500 * POS, ROOT));
        vm.expectEmit();
        emit Funded(1, 1, 10, 500 * POS, ROOT, head1);
        fund(1, 1, 10, 500 * POS);
        bytes32 head2 = keccak256(abi.encode(head1, 1, 11, 11, 1, ROOT));
        fund(1, 11, 11, 1);
        vm.assertEq(emission.head(), head2, "head");
        vm.assertEq(emission.nextSerial(), 12, "serial");
        vm.assertEq(emission.funded(1), 500 * POS + 1, "funded");
        vm.assertEq(token.balanceOf(address(vault)), 500 * POS + 1, "vault");
        vm.assertEq(token.getVotes(address(vault)), 500 * POS + 1, "the vault votes for itself");
    }

    function testFuzz_fundAcceptsTheNextSerialOnly(uint256 first) public {
        openFirst();
        fund(1, 1, 10, 100);
        vm.assume(first != 11);
        vm.expectRevert(abi.encodeWithSelector(WrongSerial.selector, 11, first));
        fund(1, first, first > 1000 ? first : 1000, 2000);
    }

    function test_fundRefusesRangesThatCanNotBe() public {
        openFirst();
        fund(1, 1, 5, 100);
        vm.expectRevert(abi.encodeWithSelector(Emission.BadSerialRange.selector, 6, 5, 100));
        fund(1, 6, 5, 100);
        // 3 lines of at least one nano each are more than 2 nano.
        vm.expectRevert(abi.encodeWithSelector(Emission.BadSerialRange.selector, 6, 8, 2));
        fund(1, 6, 8, 2);
        fund(1, 6, 8, 3);
        vm.expectRevert(abi.encodeWithSelector(Emission.BadSerialRange.selector, 9, 9, 0));
        fund(1, 9, 9, 0);
        vm.prank(DISTRIBUTOR);
        vm.expectRevert(ZeroRoot.selector);
        emission.fund(1, 9, 9, 1, bytes32(0));
    }

    function testFuzz_fundNeverExceedsTheRelease(uint256 first, uint256 second) public {
        openFirst();
        first = bound(first, 1, 1_000_000 * POS);
        second = bound(second, 1_000_000 * POS - first + 1, type(uint256).max);
        fund(1, 1, 1, first);
        uint256 left = 1_000_000 * POS - first;
        vm.expectRevert(abi.encodeWithSelector(Emission.ReleaseExceeded.selector, 1, second, left));
        fund(1, 2, 2, second);
        if (left > 0) fund(1, 2, 2, left);
        vm.assertEq(emission.funded(1), 1_000_000 * POS, "funded to the brim");
    }

    function test_fundNeedsAPeriodThatIsOpenedAndNotClosed() public {
        vm.warp(GENESIS);
        expectNotOpen(1);
        emission.open(1);
        expectNotOpen(0);
        expectNotOpen(2);
        vm.warp(end1);
        emission.open(2);
        fund(1, 1, 1, 1);
        fund(2, 2, 2, 1);
        vm.warp(end1 + 72 hours);
        closeAs(DISTRIBUTOR, 1);
        expectNotOpen(1);
        fund(2, 3, 3, 1);
    }

    function test_onlyTheDistributorFundsAndNotInAPause() public {
        openFirst();
        vm.expectRevert(lacksRole(STRANGER, emission.DISTRIBUTOR_ROLE()));
        vm.prank(STRANGER);
        emission.fund(1, 1, 1, 1, ROOT);
        vm.prank(GUARDIAN);
        emission.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        fund(1, 1, 1, 1);
    }

    // close

    function test_closeBurnsTheRestAndKeepsTheRoot() public {
        openFirst();
        fund(1, 1, 1, 400_000 * POS);
        vm.warp(end1 + 72 hours);
        vm.expectEmit();
        emit Closed(1, 400_000 * POS, 600_000 * POS, ROOT, DISTRIBUTOR);
        closeAs(DISTRIBUTOR, 1);
        vm.assertEq(token.balanceOf(DEAD), 600_000 * POS, "burned");
        vm.assertEq(token.balanceOf(address(emission)), 0, "nothing kept");
        vm.assertEq(emission.closedRoot(1), ROOT, "root");
        vm.assertEq(emission.closedPeriods(), 1, "closed");
        vm.expectRevert(abi.encodeWithSelector(Emission.WrongPeriod.selector, 2, 1));
        closeAs(DISTRIBUTOR, 1);
    }

    function test_closeOfAFullPeriodBurnsNothing() public {
        openFirst();
        fund(1, 1, 1, 1_000_000 * POS);
        vm.warp(end1 + 72 hours);
        closeAs(DISTRIBUTOR, 1);
        vm.assertEq(token.balanceOf(DEAD), 0, "burned");
    }

    function test_closeBurnsNothingOfTheNextPeriod() public {
        openFirst();
        vm.warp(end1 + 72 hours);
        emission.open(2);
        fund(2, 1, 1, 7);
        closeAs(DISTRIBUTOR, 1);
        vm.assertEq(token.balanceOf(DEAD), 1_000_000 * POS, "burned");
        vm.assertEq(token.balanceOf(address(emission)), 2_000_000 * POS - 7, "period 2");
    }

    function test_closeWaitsForTheDisputeWindow() public {
        openFirst();
        vm.warp(end1 + 72 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(Emission.TooEarly.selector, 1, end1 + 72 hours));
        closeAs(DISTRIBUTOR, 1);
    }

    function test_anybodyClosesAfterThirtyDays() public {
        openFirst();
        vm.warp(end1 + 30 days - 1);
        vm.expectRevert(abi.encodeWithSelector(Emission.TooEarly.selector, 1, end1 + 30 days));
        closeAs(STRANGER, 1);
        vm.warp(end1 + 30 days);
        closeAs(STRANGER, 1);
    }

    function test_closesInOrderAndOnlyWhatIsOpen() public {
        vm.warp(end1 + 72 hours);
        vm.expectRevert(abi.encodeWithSelector(Emission.PeriodNotOpen.selector, 1));
        closeAs(DISTRIBUTOR, 1);
        emission.open(1);
        emission.open(2);
        vm.warp(emission.boundary(2) + 72 hours);
        vm.expectRevert(abi.encodeWithSelector(Emission.WrongPeriod.selector, 1, 2));
        closeAs(DISTRIBUTOR, 2);
        vm.prank(DISTRIBUTOR);
        vm.expectRevert(ZeroRoot.selector);
        emission.close(1, bytes32(0));
        closeAs(DISTRIBUTOR, 1);
        closeAs(DISTRIBUTOR, 2);
    }

    function test_aPauseOverTheEndBurnsNoGrant() public {
        openFirst();
        vm.prank(GUARDIAN);
        emission.pause();
        vm.warp(end1 + 40 days);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        closeAs(STRANGER, 1);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        closeAs(DISTRIBUTOR, 1);
        vm.prank(admin);
        emission.unpause();
        uint256 unpaused = block.timestamp;
        vm.assertEq(emission.unpausedAt(), unpaused, "unpausedAt");
        vm.expectRevert(abi.encodeWithSelector(Emission.TooEarly.selector, 1, unpaused + 30 days));
        closeAs(STRANGER, 1);
        vm.warp(unpaused + 30 days - 1);
        fund(1, 1, 1, 1_000_000 * POS);
        vm.warp(unpaused + 30 days);
        closeAs(STRANGER, 1);
        vm.assertEq(token.balanceOf(DEAD), 0, "nothing burned");
    }

    function test_anEarlyPauseDoesNotShortenTheThirtyDays() public {
        openFirst();
        vm.prank(GUARDIAN);
        emission.pause();
        vm.prank(admin);
        emission.unpause();
        vm.assertEq(emission.closableAt(1, false), end1 + 30 days, "public");
        vm.assertEq(emission.closableAt(1, true), end1 + 72 hours, "distributor");
    }

    function test_onlyTheGuardianPausesAndOnlyTheAdminLiftsIt() public {
        vm.expectRevert(lacksRole(DISTRIBUTOR, emission.GUARDIAN_ROLE()));
        vm.prank(DISTRIBUTOR);
        emission.pause();
        vm.prank(GUARDIAN);
        emission.pause();
        vm.expectRevert(lacksRole(GUARDIAN, bytes32(0)));
        vm.prank(GUARDIAN);
        emission.unpause();
        vm.prank(admin);
        emission.unpause();
    }

    function openFirst() private {
        vm.warp(GENESIS);
        emission.open(1);
    }

    function fund(uint256 p, uint256 first, uint256 last, uint256 amount) private {
        vm.prank(DISTRIBUTOR);
        emission.fund(p, first, last, amount, ROOT);
    }

    function expectNotOpen(uint256 p) private {
        uint256 serial = emission.nextSerial();
        vm.expectRevert(abi.encodeWithSelector(Emission.PeriodNotOpen.selector, p));
        fund(p, serial, serial, 1);
    }

    function closeAs(address caller, uint256 p) private {
        vm.prank(caller);
        emission.close(p, ROOT);
    }
}
