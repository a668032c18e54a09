// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Anchors} from "../src/Anchors.sol";
import {EcoFund} from "../src/EcoFund.sol";
import {Emission} from "../src/Emission.sol";
import {Guarded} from "../src/Guarded.sol";
import {PoSToken} from "../src/PoSToken.sol";
import {Pool} from "../src/Pool.sol";
import {Vault} from "../src/Vault.sol";
import {Checks} from "./Checks.sol";

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

/// @notice The calls that the invariants are tried with. What must succeed is called plainly, what must fail through `mustFail`.
contract Campaign is Checks {
    uint256 private constant ACTIONS = 22;
    uint256 private _steps;
    uint256 private _fundCalls;
    uint256 private _closeCalls;
    uint256 private _pauseCalls;

    constructor() {
        deployAll();
        vm.warp(GENESIS - 1 days);
    }

    /// @notice The one call that forge makes. Two of three actions are random; every third is the next one of the table, so that each run, whatever
    /// its seeds, does everything several times.
    function step(uint256 seed) external {
        uint256 number = _steps++;
        uint256 random = uint256(keccak256(abi.encode(seed, number)));
        act(number % 3 == 0 ? (number / 3) % ACTIONS : random % ACTIONS, random >> 8);
        noteBurnAddress();
    }

    function act(uint256 action, uint256 seed) private {
        if (action == 0) open(seed);
        else if (action == 1) fund(seed);
        else if (action == 2) pay(seed);
        else if (action == 3) close(seed);
        else if (action == 4) pauseOverBoundary(seed);
        else if (action == 5) replay(seed);
        else if (action == 6) overspend(seed);
        else if (action == 7) stranger(seed);
        else if (action == 8) fund(seed);
        else if (action == 9) stream(seed);
        else if (action == 10) redeem(seed);
        else if (action == 11) expire(seed);
        else if (action == 12) transfer(seed);
        else if (action == 13) delegate(seed);
        else if (action == 14) deposit(seed);
        else if (action == 15) pay(seed);
        else if (action == 16) closeAgain(seed);
        else if (action == 17) setLimit(seed);
        else if (action == 18) pause(seed);
        else if (action == 19) anchor(seed);
        else if (action == 20) close(seed);
        else passTime(seed);
    }

    // Time and periods

    function passTime(uint256 seed) private {
        vm.warp(block.timestamp + 1 minutes + seed % 6 days);
    }

    function open(uint256 seed) private {
        uint256 p = opened + 1;
        bool due = p <= 13 && block.timestamp >= emission.boundary(p - 1);
        if (due) return openNext(seed);
        mustFail("C5 opened before its start", actor(seed), address(emission), abi.encodeCall(Emission.open, (p)));
        ++earlyTries;
    }

    /// @dev Every third one fills its period, so that no run goes without.
    function fund(uint256 seed) private {
        if (closed == 13) return tryUnfundable(seed);
        if (closed == opened) openNextWhenDue(seed);
        bool fill = ++_fundCalls % 3 == 1;
        uint256 p = closed + 1 + seed % (opened - closed);
        uint256 left = releaseInTable(p) - fundedIn[p];
        if (left == 0) return;
        uint256 amount = fill ? left : bound(seed >> 8, 1, left);
        uint256 last = fundSerial + bound(seed >> 16, 1, amount < 30 ? amount : 30) - 1;
        bytes32 root = keccak256(abi.encode(seed));
        uint256 more = left + 1 + (seed >> 32) % POS;
        bytes memory tooMuch = abi.encodeCall(Emission.fund, (p, fundSerial, last, more, root));
        mustFail("C2 funded more than the release", DISTRIBUTOR, address(emission), tooMuch);
        vm.prank(DISTRIBUTOR);
        emission.fund(p, fundSerial, last, amount, root);
        fundHead = keccak256(abi.encode(fundHead, p, fundSerial, last, amount, root));
        fundSerial = last + 1;
        fundedIn[p] += amount;
        vaultIn += amount;
        if (fill) ++fills;
    }

    /// @dev Two of three wait until they may close, so that most runs come to the end of the thirteen periods.
    function close(uint256 seed) private {
        uint256 p = closed + 1;
        if (p > 13) return;
        bool byDistributor = (seed >> 192) % 2 == 0;
        if (opened < p) openNextWhenDue(seed);
        bool wait = ++_closeCalls % 3 != 0;
        address caller = byDistributor ? DISTRIBUTOR : actor(seed);
        uint256 end = emission.boundary(p);
        uint256 earliest = byDistributor ? end + 72 hours : (end > lastUnpause ? end : lastUnpause) + 30 days;
        bytes32 root = keccak256(abi.encode("statement", seed));
        if (block.timestamp < earliest) {
            mustFail("C6 closed too early", caller, address(emission), abi.encodeCall(Emission.close, (p, root)));
            ++earlyTries;
            if (!wait) return;
            vm.warp(earliest - 1);
            mustFail("C6 closed a second early", caller, address(emission), abi.encodeCall(Emission.close, (p, root)));
            vm.warp(earliest);
        }
        mustFail("C6 closed out of order", caller, address(emission), abi.encodeCall(Emission.close, (p + 1, root)));
        vm.prank(caller);
        emission.close(p, root);
        closed = p;
        rootOf[p] = root;
        burnedIn[p] = releaseInTable(p) - fundedIn[p];
        burned += burnedIn[p];
        ++closes;
    }

    function closeAgain(uint256 seed) private {
        if (closed == 0) return;
        uint256 p = 1 + seed % closed;
        mustFail("C6 closed twice", DISTRIBUTOR, address(emission), abi.encodeCall(Emission.close, (p, ROOT)));
        tryUnfundable(seed);
    }

    /// @dev C7: a pause that lasts over the end of a period, and beyond the day from which anybody could have closed it. Every third call only,
    /// because each takes a month or two of the thirteen.
    function pauseOverBoundary(uint256 seed) private {
        if (++_pauseCalls % 3 != 1) return;
        uint256 next = 1;
        while (next <= 13 && emission.boundary(next) <= block.timestamp) ++next;
        if (next > 13) return;
        vm.prank(GUARDIAN);
        emission.pause();
        vm.warp(emission.boundary(next) + seed % 40 days);
        bytes memory closing = abi.encodeCall(Emission.close, (closed + 1, ROOT));
        mustFail("C7 closed in a pause", actor(seed), address(emission), closing);
        mustFail("C7 closed in a pause", DISTRIBUTOR, address(emission), closing);
        mustFail("C9 unpause", seed % 2 == 0 ? GUARDIAN : actor(seed), address(emission), abi.encodeCall(Guarded.unpause, ()));
        vm.prank(admin);
        emission.unpause();
        lastUnpause = block.timestamp;
        mustFail("C7 anybody closed right after a pause", actor(seed), address(emission), closing);
        vm.warp(block.timestamp + 30 days - 1);
        mustFail("C7 anybody closed within 30 days of a pause", actor(seed), address(emission), closing);
        ++pausesOverABoundary;
    }

    // What leaves and comes back

    function pay(uint256 seed) private {
        uint256 count = 1 + seed % 8;
        uint256 most = spendable() / count;
        if (most == 0) return;
        uint256[] memory lines = new uint256[](count);
        bytes32 head = payHead;
        uint256 total = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            address to = actor(random);
            uint256 amount = seed % 5 == 0 ? most : bound(random >> 8, 1, most);
            lines[i] = packed(to, amount);
            head = keccak256(abi.encode(head, paySerial + i, to, amount));
            total += amount;
        }
        vm.prank(PAYER);
        vault.pay(paySerial, lines);
        payHead = head;
        paySerial += count;
        noteLeft(total);
        ++payouts;
    }

    function overspend(uint256 seed) private {
        uint256 left = vault.available();
        uint256[] memory lines = new uint256[](1);
        lines[0] = packed(actor(seed), left + 1 + seed % POS);
        mustFail("C8 paid more than the bucket", PAYER, address(vault), abi.encodeCall(Vault.pay, (paySerial, lines)));
        uint256 more = streamable() - streamed + 1;
        bytes memory faster = abi.encodeCall(Pool.stream, (streamSerial, seed % 2 == 0 ? more : 0, seed % 2 == 0 ? 0 : more, ROOT));
        mustFail("streamed faster than the schedule", DISTRIBUTOR, address(pool), faster);
        ++overspends;
    }

    function redeem(uint256 seed) private {
        uint256 most = spendable();
        if (most == 0) return;
        uint256 amount = bound(seed, 1, most);
        bytes32 root = keccak256(abi.encode("order", seed, block.timestamp, vaultOut));
        vm.prank(PAYER);
        vault.toPool(root, amount);
        noteLeft(amount);
        noteRedemption(amount);
        mustFail("C4 redeemed twice", PAYER, address(vault), abi.encodeCall(Vault.toPool, (root, amount)));
    }

    function expire(uint256 seed) private {
        uint256 most = spendable();
        if (most == 0) return;
        uint256 amount = bound(seed, 1, most);
        bytes32 root = keccak256(abi.encode("expiry", seed, block.timestamp, vaultOut));
        vm.prank(PAYER);
        vault.expire(amount, root);
        noteLeft(amount);
        burned += amount;
        mustFail("C4 expired twice", PAYER, address(vault), abi.encodeCall(Vault.expire, (amount, root)));
    }

    function deposit(uint256 seed) private {
        address from = actor(seed);
        uint256 balance = token.balanceOf(from);
        if (balance == 0) return;
        uint256 amount = bound(seed >> 8, 1, balance);
        vm.prank(from);
        token.approve(address(vault), amount);
        vm.prank(from);
        vault.deposit(amount);
        vaultIn += amount;
    }

    function stream(uint256 seed) private {
        uint256 left = streamable() - streamed;
        if (left == 0) return;
        uint256 amount = seed % 4 == 0 ? left : bound(seed >> 8, 1, left);
        uint256 toEcoFund = (seed >> 16) % (amount + 1);
        vm.prank(DISTRIBUTOR);
        pool.stream(streamSerial, amount - toEcoFund, toEcoFund, ROOT);
        streamHead = keccak256(abi.encode(streamHead, streamSerial, amount - toEcoFund, toEcoFund, ROOT));
        ++streamSerial;
        streamed += amount;
        vaultIn += amount - toEcoFund;
    }

    function anchor(uint256 seed) private {
        bytes32 root = keccak256(abi.encode(seed));
        vm.prank(RELAYER);
        anchors.anchor(anchorSerial, "tally", bytes32(seed % 4), root);
        anchorHead = keccak256(abi.encode(anchorHead, anchorSerial, bytes32("tally"), bytes32(seed % 4), root));
        ++anchorSerial;
    }

    /// @dev C4: a serial that was used, is skipped or overlaps.
    function replay(uint256 seed) private {
        uint256 used = seed % 3;
        uint256[] memory lines = new uint256[](2);
        lines[0] = lines[1] = packed(actor(seed), 1);
        uint256 serial = used == 0 ? paySerial + 1 + seed % 5 : seed % paySerial;
        mustFail("C4 paid a wrong serial", PAYER, address(vault), abi.encodeCall(Vault.pay, (serial, lines)));
        serial = used == 0 ? fundSerial + 1 + seed % 5 : seed % fundSerial;
        bytes memory again = abi.encodeCall(Emission.fund, (opened, serial, serial + 40, 41, ROOT));
        mustFail("C4 funded a wrong serial", DISTRIBUTOR, address(emission), again);
        serial = used == 0 ? streamSerial + 1 + seed % 5 : seed % streamSerial;
        mustFail("C4 streamed a wrong serial", DISTRIBUTOR, address(pool), abi.encodeCall(Pool.stream, (serial, 1, 0, ROOT)));
        serial = used == 0 ? anchorSerial + 1 + seed % 5 : seed % anchorSerial;
        mustFail("C4 anchored a wrong serial", RELAYER, address(anchors), abi.encodeCall(Anchors.anchor, (serial, "tally", 0, ROOT)));
        ++replays;
    }

    // Members and roles

    function transfer(uint256 seed) private {
        address from = actor(seed);
        uint256 balance = token.balanceOf(from);
        uint256 amount = (seed >> 16) % (balance + 1);
        bool burn = (seed >> 192) % 4 == 0;
        vm.prank(from);
        token.transfer(burn ? DEAD : actor(seed >> 8), amount);
        if (burn) burned += amount;
    }

    function delegate(uint256 seed) private {
        vm.prank(actor(seed));
        token.delegate(seed % 3 == 0 ? address(0) : seed % 3 == 1 ? address(vault) : actor(seed >> 8));
    }

    function setLimit(uint256 seed) private {
        uint256 capacity = bound(seed, 10_000 * POS, 4_000_000 * POS);
        uint256 refill = bound(seed >> 128, (capacity + 7 days - 1) / 7 days, capacity / 1 hours);
        vm.prank(admin);
        vault.setLimit(capacity, refill);
        noteLimit(capacity, refill);
    }

    function pause(uint256 seed) private {
        Guarded target = seed % 2 == 0 ? Guarded(address(vault)) : Guarded(address(pool));
        vm.prank(GUARDIAN);
        target.pause();
        uint256[] memory lines = new uint256[](1);
        lines[0] = packed(actor(seed), 1);
        if (seed % 2 == 0) mustFail("paid in a pause", PAYER, address(vault), abi.encodeCall(Vault.pay, (paySerial, lines)));
        else mustFail("streamed in a pause", DISTRIBUTOR, address(pool), abi.encodeCall(Pool.stream, (streamSerial, 1, 0, ROOT)));
        // Only a pause that is there can be lifted, so this is tried here and not with the other calls of strangers.
        mustFail("C9 unpause", seed % 3 == 0 ? GUARDIAN : actor(seed), address(target), abi.encodeCall(Guarded.unpause, ()));
        vm.prank(admin);
        target.unpause();
    }

    /// @dev C9: everything that a role guards, called by everybody who does not hold that role.
    function stranger(uint256 seed) private {
        uint256[] memory lines = new uint256[](1);
        lines[0] = packed(actor(seed), 1);
        address[7] memory people = [actor(seed), DISTRIBUTOR, PAYER, RELAYER, GUARDIAN, PROPOSER, address(emission)];
        address caller = people[(seed >> 8) % 7];
        if (caller != PAYER) {
            mustFail("C9 pay", caller, address(vault), abi.encodeCall(Vault.pay, (paySerial, lines)));
            mustFail("C9 toPool", caller, address(vault), abi.encodeCall(Vault.toPool, (bytes32(seed | 1), 1)));
            mustFail("C9 expire", caller, address(vault), abi.encodeCall(Vault.expire, (1, bytes32(seed | 1))));
        }
        if (caller != DISTRIBUTOR) {
            bytes memory funding = abi.encodeCall(Emission.fund, (opened, fundSerial, fundSerial, 1, ROOT));
            mustFail("C9 fund", caller, address(emission), funding);
            mustFail("C9 stream", caller, address(pool), abi.encodeCall(Pool.stream, (streamSerial, 1, 0, ROOT)));
        }
        if (caller != RELAYER) {
            mustFail("C9 anchor", caller, address(anchors), abi.encodeCall(Anchors.anchor, (anchorSerial, "tally", 0, ROOT)));
        }
        if (caller != address(emission)) mustFail("C9 mint", caller, address(token), abi.encodeCall(PoSToken.mint, (caller, 1)));
        mustFail("C9 setLimit", caller, address(vault), abi.encodeCall(Vault.setLimit, (CAPACITY, REFILL)));
        mustFail("C9 addRedeemed", caller, address(pool), abi.encodeCall(Pool.addRedeemed, (1)));
        mustFail("C9 eco fund", caller, address(ecoFund), abi.encodeCall(EcoFund.pay, (ROOT, caller, 1)));
        address[3] memory guarded = [address(emission), address(vault), address(pool)];
        for (uint256 i = 0; i < 3; ++i) {
            if (caller != GUARDIAN) mustFail("C9 pause", caller, guarded[i], abi.encodeCall(Guarded.pause, ()));
            mustFail("C9 grant", caller, guarded[i], abi.encodeCall(IAccessControl.grantRole, (vault.PAYER_ROLE(), caller)));
        }
        ++strangers;
    }

    function openNextWhenDue(uint256 seed) private {
        uint256 due = emission.boundary(opened);
        if (block.timestamp < due) vm.warp(due);
        openNext(seed);
    }

    function openNext(uint256 seed) private {
        uint256 p = opened + 1;
        vm.prank(actor(seed));
        emission.open(p);
        opened = p;
        minted += releaseInTable(p);
    }

    function tryUnfundable(uint256 seed) private {
        uint256 p = seed % 2 == 0 ? closed : opened + 1;
        bytes memory funding = abi.encodeCall(Emission.fund, (p, fundSerial, fundSerial, 1, ROOT));
        mustFail("C5 funded a period that is not open", DISTRIBUTOR, address(emission), funding);
    }

    function spendable() private view returns (uint256) {
        uint256 left = vault.available();
        uint256 held = vaultIn - vaultOut;
        return left < held ? left : held;
    }

    function mustFail(string memory what, address caller, address target, bytes memory data) private {
        vm.prank(caller);
        (bool done,) = target.call(data);
        if (done) breaks(what);
    }
}
