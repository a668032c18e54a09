// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReleaseSchedule} from "../src/ReleaseSchedule.sol";

/// @notice Makes the internal functions of ReleaseSchedule callable, one by one and in bulk.
contract BoundaryHarness {
    function boundariesFrom(uint64 genesis) public pure returns (uint64[14] memory) {
        return ReleaseSchedule.boundariesFrom(genesis);
    }

    function boundariesOfMany(uint64[] calldata geneses) external pure returns (uint64[14][] memory all) {
        all = new uint64[14][](geneses.length);
        for (uint256 i = 0; i < geneses.length; ++i) {
            all[i] = ReleaseSchedule.boundariesFrom(geneses[i]);
        }
    }
}
