// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WrongSerial, ZeroRoot} from "./Errors.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @title Append-only roots of what needs no tokens: tallies, lists, reserves (spec 11)
/// @notice A root can not be changed or removed. A correction is a further root for the same kind and id, and everybody sees that there are two.
contract Anchors is AccessControl {
    /// @notice May append.
    bytes32 public constant RELAYER_ROLE = keccak256("RELAYER");

    /// @notice Serial of the next anchor; the first one is 1.
    uint256 public nextSerial = 1;

    /// @notice Running hash of all anchors: keccak256(abi.encode(head, serial, kind, id, root)), from zero.
    bytes32 public head;

    mapping(bytes32 kind => mapping(bytes32 id => bytes32[])) private _roots;

    event Anchored(uint256 indexed serial, bytes32 indexed kind, bytes32 indexed id, bytes32 root, bytes32 head);

    constructor(address admin, address relayer) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(RELAYER_ROLE, relayer);
    }

    /// @notice Appends a root. `kind` is a short ASCII word in a bytes32 ("tally"), `id` names the thing within its kind.
    function anchor(uint256 serial, bytes32 kind, bytes32 id, bytes32 root) external onlyRole(RELAYER_ROLE) {
        if (serial != nextSerial) revert WrongSerial(nextSerial, serial);
        if (root == bytes32(0)) revert ZeroRoot();
        nextSerial = serial + 1;
        bytes32 newHead = keccak256(abi.encode(head, serial, kind, id, root));
        head = newHead;
        _roots[kind][id].push(root);
        emit Anchored(serial, kind, id, root, newHead);
    }

    /// @notice All roots for a kind and id, oldest first; empty if there is none.
    function rootsOf(bytes32 kind, bytes32 id) external view returns (bytes32[] memory) {
        return _roots[kind][id];
    }
}
