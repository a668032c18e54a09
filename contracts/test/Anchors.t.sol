// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WrongSerial, ZeroRoot} from "../src/Errors.sol";
import {Base} from "./Base.sol";

contract AnchorsTest is Base {
    event Anchored(uint256 indexed serial, bytes32 indexed kind, bytes32 indexed id, bytes32 root, bytes32 head);

    bytes32 private constant TALLY = "tally";
    bytes32 private constant ID = keccak256("proposal 7");

    function setUp() public {
        deployAll();
    }

    function test_appendsAndNeverReplaces() public {
        bytes32 head = keccak256(abi.encode(bytes32(0), 1, TALLY, ID, ROOT));
        vm.expectEmit();
        emit Anchored(1, TALLY, ID, ROOT, head);
        append(1, ROOT);
        bytes32 correction = keccak256("corrected");
        append(2, correction);
        bytes32[] memory roots = anchors.rootsOf(TALLY, ID);
        vm.assertEq(roots.length, 2, "both stay");
        vm.assertEq(roots[0], ROOT, "the first one first");
        vm.assertEq(roots[1], correction, "the correction after it");
        vm.assertEq(anchors.head(), keccak256(abi.encode(head, 2, TALLY, ID, correction)), "head");
        vm.assertEq(anchors.rootsOf("reserves", ID).length, 0, "kinds are apart");
    }

    function testFuzz_acceptsTheNextSerialOnly(uint256 serial) public {
        append(1, ROOT);
        vm.assume(serial != 2);
        vm.expectRevert(abi.encodeWithSelector(WrongSerial.selector, 2, serial));
        append(serial, ROOT);
    }

    function test_refusesNoRootAndNoRole() public {
        vm.expectRevert(ZeroRoot.selector);
        append(1, bytes32(0));
        vm.expectRevert(lacksRole(DISTRIBUTOR, anchors.RELAYER_ROLE()));
        vm.prank(DISTRIBUTOR);
        anchors.anchor(1, TALLY, ID, ROOT);
    }

    function append(uint256 serial, bytes32 root) private {
        vm.prank(RELAYER);
        anchors.anchor(serial, TALLY, ID, root);
    }
}
