// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Unauthorized} from "../src/Errors.sol";
import {PoSToken} from "../src/PoSToken.sol";
import {Base} from "./Base.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

contract PoSTokenTest is Base {
    PoSToken private batch;
    PoSToken private single;

    function setUp() public {
        vm.warp(GENESIS);
        // This contract is the minter, so that the token can be tried alone. Two of them: one sends batches, the other single transfers.
        batch = new PoSToken(address(this));
        single = new PoSToken(address(this));
    }

    function test_isNamedAndCountedAsTheWhitePaperSays() public view {
        vm.assertEq(keccak256(bytes(batch.name())), keccak256("WePoS"), "name");
        vm.assertEq(keccak256(bytes(batch.symbol())), keccak256("PoS"), "symbol");
        vm.assertEq(batch.decimals(), 9, "decimals");
        vm.assertEq(batch.MAX_SUPPLY(), 1e17, "100 million PoS are 10^17 nano");
        vm.assertEq(keccak256(bytes(batch.CLOCK_MODE())), keccak256("mode=timestamp"), "clock mode");
        vm.assertEq(batch.clock(), GENESIS, "clock");
    }

    function test_onlyTheMinterMints() public {
        vm.prank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(Unauthorized.selector, STRANGER));
        batch.mint(STRANGER, 1);
    }

    function test_neverMintsMoreThanTheMaximum() public {
        batch.mint(address(1), 1e17 - 5);
        vm.expectRevert(abi.encodeWithSelector(PoSToken.SupplyExceeded.selector, 1e17 + 1, 1e17));
        batch.mint(address(1), 6);
        batch.mint(address(2), 5);
        vm.assertEq(batch.everMinted(), 1e17, "minted to the brim");
        vm.expectRevert(abi.encodeWithSelector(PoSToken.SupplyExceeded.selector, 1e17 + 1, 1e17));
        batch.mint(address(1), 1);
    }

    function test_mintRefusesTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        batch.mint(address(0), 1);
    }

    function testFuzz_transferMovesExactly(uint256 balance, uint256 amount, address to) public {
        vm.assume(to != address(0) && to != STRANGER);
        balance = bound(balance, 0, 1e17);
        batch.mint(STRANGER, balance);
        if (amount > balance) {
            vm.prank(STRANGER);
            vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, STRANGER, balance, amount));
            batch.transfer(to, amount);
            amount = bound(amount, 0, balance);
        }
        vm.expectEmit();
        emit IERC20.Transfer(STRANGER, to, amount);
        vm.prank(STRANGER);
        batch.transfer(to, amount);
        vm.assertEq(batch.balanceOf(STRANGER), balance - amount, "sender");
        vm.assertEq(batch.balanceOf(to), amount, "recipient");
        vm.assertEq(batch.totalSupply(), balance, "supply");
    }

    function test_transferToOneselfChangesNothing() public {
        batch.mint(STRANGER, 10);
        vm.prank(STRANGER);
        batch.transfer(STRANGER, 10);
        vm.assertEq(batch.balanceOf(STRANGER), 10, "balance");
    }

    function test_delegationKeepsTheBalanceAndMovesTheVotes() public {
        batch.mint(STRANGER, 70);
        vm.prank(STRANGER);
        batch.delegate(address(7));
        vm.assertEq(batch.balanceOf(STRANGER), 70, "balance");
        vm.assertEq(batch.delegates(STRANGER), address(7), "delegate");
        vm.assertEq(batch.getVotes(address(7)), 70, "votes");
        vm.prank(STRANGER);
        batch.delegate(address(8));
        vm.assertEq(batch.getVotes(address(7)), 0, "votes of the old delegate");
        vm.assertEq(batch.getVotes(address(8)), 70, "votes of the new delegate");
        vm.prank(STRANGER);
        batch.delegate(address(0));
        vm.assertEq(batch.delegates(STRANGER), address(0), "no delegate");
        vm.assertEq(batch.balanceOf(STRANGER), 70, "balance in the end");
        vm.assertEq(batch.getVotes(address(8)), 0, "votes in the end");
    }

    function test_pastVotesStay() public {
        batch.mint(STRANGER, 70);
        vm.prank(STRANGER);
        batch.delegate(STRANGER);
        vm.warp(GENESIS + 10);
        uint256[] memory lines = new uint256[](1);
        lines[0] = packed(address(9), 30);
        vm.prank(STRANGER);
        batch.batchTransfer(lines);
        vm.warp(GENESIS + 11);
        vm.assertEq(batch.getPastVotes(STRANGER, GENESIS + 9), 70, "before");
        vm.assertEq(batch.getPastVotes(STRANGER, GENESIS + 10), 40, "after");
    }

    function test_burnedTokensLeaveTheVotesTotalAndStayInTheSupply() public {
        batch.mint(STRANGER, 100);
        vm.prank(STRANGER);
        batch.delegate(STRANGER);
        vm.prank(STRANGER);
        batch.transfer(DEAD, 40);
        vm.warp(GENESIS + 1);
        vm.assertEq(batch.getPastTotalSupply(GENESIS), 60, "votes in all");
        vm.assertEq(batch.getVotes(STRANGER), 60, "votes of the sender");
        vm.assertEq(batch.totalSupply(), 100, "supply");
        vm.assertEq(batch.balanceOf(DEAD), 40, "burned");
    }

    /// @dev A batch ends in the same balances and votes as single transfers, whoever delegates to whom, and in one checkpoint of the sender.
    function testFuzz_batchEqualsSingleTransfers(uint256 seed, uint8 length) public {
        uint256 count = bound(length, 1, 12);
        address from = address(0xF0);
        uint256[] memory lines = new uint256[](count);
        PoSToken[2] memory tokens = [batch, single];
        for (uint256 t = 0; t < 2; ++t) {
            tokens[t].mint(from, 1e17 / 2);
            for (uint256 i = 0; i < 6; ++i) {
                // Accounts 0xF0-0xF5 delegate to one of 0xF0-0xF6, or to nobody.
                uint256 choice = uint256(keccak256(abi.encode(seed, "delegate", i))) % 8;
                if (choice == 7) continue;
                vm.prank(address(uint160(0xF0 + i)));
                tokens[t].delegate(address(uint160(0xF0 + choice)));
            }
        }
        vm.warp(GENESIS + 5);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            address to = address(uint160(0xF1 + random % 5));
            uint256 amount = (random >> 8) % 1e15;
            lines[i] = packed(to, amount);
            vm.prank(from);
            single.transfer(to, amount);
        }
        vm.prank(from);
        batch.batchTransfer(lines);
        for (uint256 i = 0; i < 7; ++i) {
            address account = address(uint160(0xF0 + i));
            vm.assertEq(batch.balanceOf(account), single.balanceOf(account), "balance");
            vm.assertEq(batch.getVotes(account), single.getVotes(account), "votes");
            vm.assertEq(batch.delegates(account), single.delegates(account), "delegate");
        }
    }

    function test_batchWritesTheSendersVotesOnce() public {
        batch.mint(STRANGER, 100);
        vm.prank(STRANGER);
        batch.delegate(STRANGER);
        uint256[] memory lines = new uint256[](3);
        for (uint256 i = 0; i < 3; ++i) {
            lines[i] = packed(address(uint160(i + 1)), 10);
        }
        vm.expectEmit();
        emit IERC20.Transfer(STRANGER, address(1), 10);
        vm.expectEmit();
        emit IERC20.Transfer(STRANGER, address(2), 10);
        vm.expectEmit();
        emit IERC20.Transfer(STRANGER, address(3), 10);
        vm.expectEmit();
        emit DelegateVotesChanged(STRANGER, 100, 70);
        vm.prank(STRANGER);
        batch.batchTransfer(lines);
    }

    event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);

    function testFuzz_batchSpendsNoMoreThanTheBalance(uint96 balance, uint96 first, uint96 second, bool same) public {
        balance = uint96(bound(balance, 0, 1e17));
        batch.mint(STRANGER, balance);
        uint256[] memory lines = new uint256[](2);
        lines[0] = packed(address(1), first);
        lines[1] = packed(same ? address(1) : address(2), second);
        uint256 total = uint256(first) + second;
        bool fits = total <= balance;
        if (!fits) vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, STRANGER, balance, total));
        vm.prank(STRANGER);
        batch.batchTransfer(lines);
        vm.assertEq(batch.balanceOf(STRANGER), fits ? balance - total : balance, "sender");
    }

    function test_batchRefusesPlacesWhereTokensWouldBeLost() public {
        batch.mint(STRANGER, 10);
        address[4] memory refused = [address(0), address(batch), DEAD, STRANGER];
        for (uint256 i = 0; i < refused.length; ++i) {
            uint256[] memory lines = new uint256[](1);
            lines[0] = packed(refused[i], 1);
            vm.prank(STRANGER);
            vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, refused[i]));
            batch.batchTransfer(lines);
        }
    }

    function test_permitSetsTheAllowanceOnce() public {
        uint256 key = 0xA11CE;
        address owner = vm.addr(key);
        bytes32 typeHash = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 content = keccak256(abi.encode(typeHash, owner, STRANGER, 50, 0, GENESIS + 1));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", batch.DOMAIN_SEPARATOR(), content));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        batch.permit(owner, STRANGER, 50, GENESIS + 1, v, r, s);
        vm.assertEq(batch.allowance(owner, STRANGER), 50, "allowance");
        vm.assertEq(batch.nonces(owner), 1, "nonce");
    }
}
