// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice The plainest OpenZeppelin token: what a batch payout is measured against.
contract PlainToken is ERC20 {
    constructor(address distributor, address other) ERC20("Plain", "PLAIN") {
        _mint(distributor, 1_000_000e9);
        _mint(other, 1_000_000e9);
    }
}

/// @notice Baseline of bench/payout-gas.ts: a distributor that loops over plain transfers, without serials, hash, limit or roles.
contract PlainDistributor {
    PlainToken public immutable token = new PlainToken(address(this), msg.sender);

    function distribute(address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            token.transfer(to[i], amounts[i]);
        }
    }
}
