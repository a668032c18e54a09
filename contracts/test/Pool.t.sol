// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Unauthorized, WrongSerial, ZeroAmount, ZeroRoot} from "../src/Errors.sol";
import {Pool} from "../src/Pool.sol";
import {Base} from "./Base.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

contract PoolTest is Base {
    event Streamed(uint256 indexed serial, uint256 amount, uint256 toEcoFund, bytes32 root, bytes32 head);
    event RedemptionAdded(uint256 amount, uint256 totalRedeemed);

    uint256 private constant TWO_YEARS = 730 days;

    function setUp() public {
        deployAll();
        vm.warp(GENESIS + 30 days);
    }

    function test_streamsToVaultAndEcoFundAndFoldsTheHead() public {
        bytes32 head1 = keccak256(abi.encode(bytes32(0), 1, 70, 30, ROOT));
        vm.expectEmit();
        emit Streamed(1, 70, 30, ROOT, head1);
        stream(1, 70, 30);
        vm.assertEq(token.balanceOf(address(vault)), 70, "vault");
        vm.assertEq(token.balanceOf(address(ecoFund)), 30, "eco fund");
        stream(2, 5, 0);
        stream(3, 0, 6);
        bytes32 head2 = keccak256(abi.encode(head1, 2, 5, 0, ROOT));
        vm.assertEq(pool.head(), keccak256(abi.encode(head2, 3, 0, 6, ROOT)), "head");
        vm.assertEq(pool.nextSerial(), 4, "serial");
        vm.assertEq(pool.streamed(), 111, "streamed");
    }

    function testFuzz_acceptsTheNextSerialOnly(uint256 serial) public {
        stream(1, 1, 0);
        vm.assume(serial != 2);
        vm.expectRevert(abi.encodeWithSelector(WrongSerial.selector, 2, serial));
        stream(serial, 1, 0);
    }

    function test_refusesNothingAndNoRoot() public {
        vm.expectRevert(ZeroAmount.selector);
        stream(1, 0, 0);
        vm.expectRevert(ZeroRoot.selector);
        vm.prank(DISTRIBUTOR);
        pool.stream(1, 1, 0, bytes32(0));
    }

    function test_onlyTheDistributorStreamsAndNotInAPause() public {
        vm.expectRevert(lacksRole(PAYER, pool.DISTRIBUTOR_ROLE()));
        vm.prank(PAYER);
        pool.stream(1, 1, 0, ROOT);
        vm.prank(GUARDIAN);
        pool.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        stream(1, 1, 0);
    }

    function test_onlyTheVaultReportsRedemptions() public {
        vm.expectRevert(abi.encodeWithSelector(Unauthorized.selector, DISTRIBUTOR));
        vm.prank(DISTRIBUTOR);
        pool.addRedeemed(1);
        vm.expectEmit();
        emit RedemptionAdded(5, 5);
        vm.prank(address(vault));
        pool.addRedeemed(5);
        vm.expectEmit();
        emit RedemptionAdded(6, 11);
        vm.prank(address(vault));
        pool.addRedeemed(6);
    }

    function test_scheduleHalvesEveryTwoYears() public view {
        vm.assertEq(pool.scheduled(GENESIS - 1), 0, "before genesis");
        vm.assertEq(pool.scheduled(GENESIS), 0, "genesis");
        vm.assertEq(pool.scheduled(GENESIS + 1), uint256(4_500_000 * POS) / TWO_YEARS, "a second");
        vm.assertEq(pool.scheduled(GENESIS + TWO_YEARS / 2), 2_250_000 * POS, "one year");
        vm.assertEq(pool.scheduled(GENESIS + TWO_YEARS), 4_500_000 * POS, "two years: half");
        vm.assertEq(pool.scheduled(GENESIS + TWO_YEARS * 3 / 2), 5_625_000 * POS, "three years");
        vm.assertEq(pool.scheduled(GENESIS + 2 * TWO_YEARS), 6_750_000 * POS, "four years: three quarters");
        vm.assertEq(pool.scheduled(GENESIS + 3 * TWO_YEARS), 7_875_000 * POS, "six years: seven eighths");
        vm.assertEq(pool.scheduled(GENESIS + 1000 * TWO_YEARS), 9_000_000 * POS, "for ever: all, and no more");
    }

    function testFuzz_scheduleNeverFalls(uint256 early, uint256 late) public view {
        early = bound(early, 0, 200 * TWO_YEARS);
        late = bound(late, early, 200 * TWO_YEARS);
        vm.assertLe(pool.scheduled(early), pool.scheduled(late), "monotone");
        vm.assertLe(pool.scheduled(late), 9_000_000 * POS, "bounded");
    }

    function testFuzz_streamsNoFasterThanTheSchedule(uint256 elapsed, uint256 first, uint256 second, bool ecoOnly) public {
        elapsed = bound(elapsed, 1 days, 4 * TWO_YEARS);
        vm.warp(GENESIS + elapsed);
        uint256 limit = pool.scheduled(GENESIS + elapsed);
        first = bound(first, 1, limit);
        stream(1, first, 0);
        vm.assertEq(pool.available(), limit - first, "available");
        second = bound(second, limit - first + 1, 1e17);
        vm.expectRevert(abi.encodeWithSelector(Pool.ScheduleExceeded.selector, second, limit - first));
        stream(2, ecoOnly ? 0 : second, ecoOnly ? second : 0);
        if (limit > first) stream(2, 0, limit - first);
        vm.assertEq(pool.streamed(), limit, "to the brim");
    }

    function test_aRedemptionIsSpreadOverTwoYears() public {
        uint256 start = block.timestamp;
        redeem(7_300);
        vm.assertEq(pool.vestedRedemptions(start), 0, "at once nothing");
        vm.warp(start + 1 days);
        vm.assertEq(pool.vestedRedemptions(block.timestamp), 10, "a day");
        redeem(73_000);
        vm.warp(start + 2 days);
        vm.assertEq(pool.vestedRedemptions(block.timestamp), 20 + 100, "two days");
        vm.assertEq(pool.available(), pool.scheduled(block.timestamp) + 120, "on top of the schedule");
        vm.warp(start + TWO_YEARS);
        vm.assertEq(pool.vestedRedemptions(block.timestamp), 7_300 + 72_900, "two years");
        vm.warp(start + TWO_YEARS + 365 days);
        vm.assertEq(pool.vestedRedemptions(block.timestamp), 80_300, "all, and no more");
    }

    /// @dev The two prefix sums give what adding up every redemption gives.
    function testFuzz_vestingEqualsTheSumOverRedemptions(uint256 seed, uint8 count) public {
        count = uint8(bound(count, 1, 10));
        uint256[10] memory times;
        uint256[10] memory amounts;
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            vm.warp(block.timestamp + random % 300 days);
            times[i] = block.timestamp;
            amounts[i] = 1 + (random >> 64) % 1e16;
            redeem(amounts[i]);
            if (random % 3 == 0) vm.warp(block.timestamp + random % 900 days);
            uint256 numerator = 0;
            for (uint256 j = 0; j <= i; ++j) {
                uint256 age = block.timestamp - times[j];
                numerator += amounts[j] * (age < TWO_YEARS ? age : TWO_YEARS);
            }
            vm.assertEq(pool.vestedRedemptions(block.timestamp), numerator / TWO_YEARS, "vested");
        }
    }

    function stream(uint256 serial, uint256 amount, uint256 toEcoFund) private {
        vm.prank(DISTRIBUTOR);
        pool.stream(serial, amount, toEcoFund, ROOT);
    }

    function redeem(uint256 amount) private {
        vm.prank(address(vault));
        pool.addRedeemed(amount);
    }
}
