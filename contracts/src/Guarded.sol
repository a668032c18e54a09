// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title Roles and the brake that Emission, Vault and Pool share (spec 11, role table)
/// @notice `DEFAULT_ADMIN_ROLE` is the timelock: it changes roles and limits and lifts a pause, 48 hours after everybody could read it.
/// A guardian can only stop, at once; it can not start again, so a stolen guardian key delays and never loses.
abstract contract Guarded is AccessControl, Pausable {
    /// @notice May stop this contract at once.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN");

    constructor(address admin, address guardian) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, guardian);
    }

    /// @notice Stops everything that moves value here, until the admin lifts it.
    function pause() external onlyRole(GUARDIAN_ROLE) {
        _pause();
    }

    /// @notice Lifts a pause.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }
}
