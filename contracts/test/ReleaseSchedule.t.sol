// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReleaseSchedule} from "../src/ReleaseSchedule.sol";
import {Base} from "./Base.sol";
import {BoundaryHarness} from "./BoundaryHarness.sol";

/// @dev Equality with the TypeScript rule for 10,000 random instants (C12) is proved in contracts/test/boundaries.test.ts.
contract ReleaseScheduleTest is Base {
    BoundaryHarness private harness = new BoundaryHarness();

    function test_workedExampleOfTheSpec() public view {
        // 2027-01-31 and the ends of the months after it, as days since 1970-01-01.
        uint16[14] memory day = [20849, 20877, 20908, 20938, 20969, 20999, 21030, 21061, 21091, 21122, 21152, 21183, 21214, 21243];
        uint64[14] memory boundaries = harness.boundariesFrom(20849 * 1 days + 12345);
        for (uint256 k = 0; k <= 13; ++k) {
            vm.assertEq(boundaries[k], uint256(day[k]) * 1 days + 12345, "boundary");
        }
    }

    function test_februaryOfCenturies() public view {
        // 2000-01-31 (leap by 400), 2100-01-31 (not leap by 100), 2096-01-31 (leap by 4), as days since 1970-01-01.
        vm.assertEq(harness.boundariesFrom(10987 * 1 days)[1], 11016 * 1 days, "2000-02-29");
        vm.assertEq(harness.boundariesFrom(47512 * 1 days)[1], 47540 * 1 days, "2100-02-28");
        vm.assertEq(harness.boundariesFrom(46051 * 1 days)[1], 46080 * 1 days, "2096-02-29");
    }

    function testFuzz_boundariesRise(uint64 genesis) public view {
        genesis = uint64(bound(genesis, 0, ReleaseSchedule.LATEST_GENESIS - 1));
        uint64[14] memory boundaries = harness.boundariesFrom(genesis);
        vm.assertEq(boundaries[0], genesis, "boundary 0 is genesis");
        for (uint256 k = 1; k <= 13; ++k) {
            uint256 length = boundaries[k] - boundaries[k - 1];
            vm.assertTrue(length >= 28 days && length <= 31 days, "a month has 28 to 31 days");
        }
    }

    function test_refusesAGenesisTooFarAway() public {
        uint64 latest = ReleaseSchedule.LATEST_GENESIS;
        harness.boundariesFrom(latest - 1);
        vm.expectRevert(abi.encodeWithSelector(ReleaseSchedule.GenesisOutOfRange.selector, latest));
        harness.boundariesFrom(latest);
    }

    function test_releasesDoubleByCycleAndSumTo91Million() public pure {
        uint8[13] memory millions = [1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 16, 16, 16];
        uint256 sum = 0;
        for (uint256 p = 1; p <= 13; ++p) {
            vm.assertEq(ReleaseSchedule.releaseOf(p), uint256(millions[p - 1]) * 1_000_000 * POS, "release");
            sum += ReleaseSchedule.releaseOf(p);
        }
        vm.assertEq(sum, 91_000_000 * POS, "sum");
        vm.assertEq(ReleaseSchedule.releaseOf(0), 0, "before");
        vm.assertEq(ReleaseSchedule.releaseOf(14), 0, "after");
    }
}
