// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Anchors} from "../src/Anchors.sol";
import {EcoFund} from "../src/EcoFund.sol";
import {Emission} from "../src/Emission.sol";
import {PoSToken} from "../src/PoSToken.sol";
import {Pool} from "../src/Pool.sol";
import {Vault} from "../src/Vault.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice The cheatcodes of forge that these tests use.
interface Vm {
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
    function assume(bool condition) external pure;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectPartialRevert(bytes4 selector) external;
    function expectEmit() external;
    function getNonce(address account) external view returns (uint64);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function assertEq(uint256 left, uint256 right, string calldata why) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata why) external pure;
    function assertEq(address left, address right, string calldata why) external pure;
    function assertTrue(bool condition, string calldata why) external pure;
    function assertLe(uint256 left, uint256 right, string calldata why) external pure;
    function assertGt(uint256 left, uint256 right, string calldata why) external pure;
}

/// @notice All contracts, deployed and wired as contracts/script/deploy.ts does it, and the people who hold the roles.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address internal constant DEAD = 0x000000000000000000000000000000000000dEaD;

    /// @dev 2027-01-31T00:00:00Z, the worked example of spec 01.
    uint64 internal constant GENESIS = 1_801_353_600;
    uint256 internal constant POS = 1e9;
    uint256 internal constant CAPACITY = 2_000_000 * POS;
    uint256 internal constant REFILL = CAPACITY / 12 hours;
    bytes32 internal constant ROOT = keccak256("root");

    address internal constant DISTRIBUTOR = address(0xD157);
    address internal constant PAYER = address(0xBA9E);
    address internal constant RELAYER = address(0x2E1A);
    address internal constant GUARDIAN = address(0x6A2D);
    address internal constant PROPOSER = address(0x9209);
    address internal constant STRANGER = address(0x5724);

    TimelockController internal timelock;
    PoSToken internal token;
    EcoFund internal ecoFund;
    Pool internal pool;
    Vault internal vault;
    Anchors internal anchors;
    Emission internal emission;
    address internal admin;

    function deployAll() internal {
        uint256 nonce = vm.getNonce(address(this));
        address vaultAt = vm.computeCreateAddress(address(this), nonce + 4);
        address emissionAt = vm.computeCreateAddress(address(this), nonce + 6);
        address[] memory proposers = new address[](1);
        proposers[0] = PROPOSER;
        timelock = new TimelockController(48 hours, proposers, new address[](1), address(0));
        admin = address(timelock);
        token = new PoSToken(emissionAt);
        ecoFund = new EcoFund(IERC20(address(token)), admin);
        pool = new Pool(token, vaultAt, address(ecoFund), GENESIS, admin, DISTRIBUTOR, GUARDIAN);
        vault = new Vault(token, pool, admin, PAYER, RELAYER, GUARDIAN, CAPACITY, REFILL);
        anchors = new Anchors(admin, RELAYER);
        emission = new Emission(GENESIS, token, pool, vault, admin, DISTRIBUTOR, GUARDIAN);
    }

    /// @dev Opens period 1 and funds `amount` of it as one line: the vault then holds it.
    function fillVault(uint256 amount) internal {
        vm.warp(GENESIS);
        emission.open(1);
        vm.prank(DISTRIBUTOR);
        emission.fund(1, 1, 1, amount, ROOT);
    }

    /// @dev Gives tokens to an account, out of the vault.
    function give(address to, uint256 amount) internal {
        uint256[] memory lines = new uint256[](1);
        lines[0] = packed(to, amount);
        uint256 serial = vault.nextSerial();
        vm.prank(PAYER);
        vault.pay(serial, lines);
    }

    function packed(address to, uint256 amount) internal pure returns (uint256) {
        return (uint256(uint160(to)) << 96) | amount;
    }

    function lacksRole(address account, bytes32 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, account, role);
    }

    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }
}
