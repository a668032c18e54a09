// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RootAlreadyUsed, Unauthorized, ZeroAmount, ZeroRoot} from "./Errors.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title The eco fund: pays bounties that passed a vote (spec 06, 11)
contract EcoFund {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;

    /// @notice Executes passed proposals 48 hours after they were scheduled; nobody else can make this contract pay.
    address public immutable timelock;

    /// @notice Payments already made, by their id.
    mapping(bytes32 paymentId => bool) public paid;

    event BountyPaid(bytes32 indexed paymentId, address indexed to, uint256 amount);

    constructor(IERC20 token_, address timelock_) {
        token = token_;
        timelock = timelock_;
    }

    /// @notice Pays `amount` nano to `to`, once per `paymentId` (a bounty paid in parts has an id for each part).
    function pay(bytes32 paymentId, address to, uint256 amount) external {
        if (msg.sender != timelock) revert Unauthorized(msg.sender);
        if (paymentId == bytes32(0)) revert ZeroRoot();
        if (amount == 0) revert ZeroAmount();
        if (paid[paymentId]) revert RootAlreadyUsed(paymentId);
        paid[paymentId] = true;
        emit BountyPaid(paymentId, to, amount);
        token.safeTransfer(to, amount);
    }
}
