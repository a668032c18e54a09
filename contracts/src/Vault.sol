// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RootAlreadyUsed, WrongSerial, ZeroAmount, ZeroRoot} from "./Errors.sol";
import {Guarded} from "./Guarded.sol";
import {PoSToken} from "./PoSToken.sol";
import {Pool} from "./Pool.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Custody of chat balances (spec 01, "Custody, withdrawal, deposit"; spec 11)
/// @notice Everything that leaves is numbered or named, happens once, and runs through a leaky bucket: in any t seconds at most
/// `capacity + t * refillPerSecond` can leave, whoever holds the payer key.
contract Vault is Guarded {
    using SafeERC20 for PoSToken;

    /// @notice May let tokens leave, within the leaky bucket.
    bytes32 public constant PAYER_ROLE = keccak256("PAYER");

    /// @notice May relay the votes of vault balances to the governor.
    bytes32 public constant RELAYER_ROLE = keccak256("RELAYER");

    /// @notice Most lines in one payout; 500 fresh recipients stay well below the 16,777,216 gas of a transaction (EIP-7825).
    uint256 public constant MAX_LINES = 500;

    /// @notice Bounds of the bucket's capacity, in nano. The default is an eighth of the largest monthly release.
    uint256 public constant MIN_CAPACITY = 10_000e9;
    uint256 public constant MAX_CAPACITY = 4_000_000e9;

    /// @notice An empty bucket takes at least and at most this long to fill.
    uint256 public constant FASTEST_REFILL = 1 hours;
    uint256 public constant SLOWEST_REFILL = 7 days;

    PoSToken public immutable token;
    Pool public immutable pool;

    /// @notice Serial of the next payout line; the first one is 1.
    uint64 public nextSerial = 1;

    /// @dev What has left and not yet leaked away, at `_levelAt`; in one slot with the serial.
    uint96 private _level;
    uint64 private _levelAt;

    /// @notice Most that can leave at once, in nano.
    uint96 public capacity;

    /// @notice How much of the capacity comes back every second, in nano.
    uint96 public refillPerSecond;

    /// @notice Running hash of all paid lines: keccak256(abi.encode(head, serial, to, amount)) for each line, from zero.
    bytes32 public head;

    /// @notice Roots of redemption orders and expiry statements already carried out.
    mapping(bytes32 root => bool) public rootUsed;

    event Paid(uint256 indexed firstSerial, uint256 lastSerial, uint256 total, bytes32 head);
    event Redeemed(bytes32 indexed orderRoot, uint256 amount);
    event Expired(bytes32 indexed statementRoot, uint256 amount);
    event Deposited(address indexed from, uint256 amount);
    event LimitSet(uint256 capacity, uint256 refillPerSecond);

    error BadLineCount(uint256 given, uint256 max);
    error LimitExceeded(uint256 wanted, uint256 available);
    error LimitOutOfBounds(uint256 capacity, uint256 refillPerSecond);

    constructor(
        PoSToken token_,
        Pool pool_,
        address admin,
        address payer,
        address relayer,
        address guardian,
        uint256 capacity_,
        uint256 refillPerSecond_
    ) Guarded(admin, guardian) {
        token = token_;
        pool = pool_;
        _grantRole(PAYER_ROLE, payer);
        _grantRole(RELAYER_ROLE, relayer);
        _setLimit(capacity_, refillPerSecond_);
        // Members vote in chat with what the vault keeps for them; undelegated tokens would have no votes at all.
        token_.delegate(address(this));
    }

    /// @notice Pays a batch of lines, `firstSerial` and following. Only the next serial is accepted, so a repeated call fails and pays nobody.
    /// @dev The token refuses the zero address, itself, the burn address and this vault as recipients.
    /// @param lines `uint160(to) << 96 | amount` each: half the calldata of two arrays, and handed to the token as they are.
    function pay(uint256 firstSerial, uint256[] calldata lines) external onlyRole(PAYER_ROLE) whenNotPaused {
        uint256 count = lines.length;
        if (count == 0 || count > MAX_LINES) revert BadLineCount(count, MAX_LINES);
        if (firstSerial != nextSerial) revert WrongSerial(nextSerial, firstSerial);
        bytes32 newHead = head;
        uint256 total = 0;
        uint256 serial = firstSerial;
        for (uint256 i = 0; i < count; ++i) {
            uint256 line = lines[i];
            uint256 amount = uint96(line);
            if (amount == 0) revert ZeroAmount();
            newHead = keccak256(abi.encode(newHead, serial, line >> 96, amount));
            total += amount;
            ++serial;
        }
        _spend(total);
        nextSerial = uint64(serial);
        head = newHead;
        emit Paid(firstSerial, serial - 1, total, newHead);
        token.batchTransfer(lines);
    }

    /// @notice Returns redeemed tokens to the participation pool; once per order root.
    function toPool(bytes32 orderRoot, uint256 amount) external onlyRole(PAYER_ROLE) whenNotPaused {
        _useRoot(orderRoot);
        _spend(amount);
        emit Redeemed(orderRoot, amount);
        token.safeTransfer(address(pool), amount);
        pool.addRedeemed(amount);
    }

    /// @notice Burns balances that expired by the rule of spec 01; once per statement root.
    function expire(uint256 amount, bytes32 statementRoot) external onlyRole(PAYER_ROLE) whenNotPaused {
        _useRoot(statementRoot);
        _spend(amount);
        emit Expired(statementRoot, amount);
        token.safeTransfer(token.BURN_ADDRESS(), amount);
    }

    /// @notice Takes `amount` from the caller, who has approved it; the server credits the chat balance of the caller's linked wallet.
    function deposit(uint256 amount) external {
        _deposit(_msgSender(), amount);
    }

    /// @notice Deposits for `owner` by a permit that `owner` signed for this vault, so that somebody else can pay the gas.
    /// @dev Deliberately fails when the permit was used before: only the signature shows that the owner wants this deposit, an allowance does not.
    function depositWithPermit(address owner, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        token.permit(owner, address(this), amount, deadline, v, r, s);
        _deposit(owner, amount);
    }

    /// @notice Changes the leaky bucket, within the bounds above. What has left already still counts.
    function setLimit(uint256 capacity_, uint256 refillPerSecond_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _level = uint96(_currentLevel());
        _setLimit(capacity_, refillPerSecond_);
    }

    /// @notice How much could leave right now, in nano.
    function available() public view returns (uint256) {
        uint256 level = _currentLevel();
        return level < capacity ? capacity - level : 0;
    }

    function _deposit(address from, uint256 amount) private whenNotPaused {
        if (amount == 0) revert ZeroAmount();
        emit Deposited(from, amount);
        token.safeTransferFrom(from, address(this), amount);
    }

    function _useRoot(bytes32 root) private {
        if (root == bytes32(0)) revert ZeroRoot();
        if (rootUsed[root]) revert RootAlreadyUsed(root);
        rootUsed[root] = true;
    }

    function _spend(uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        uint256 left = available();
        if (amount > left) revert LimitExceeded(amount, left);
        _level = uint96(_currentLevel() + amount);
        _levelAt = uint64(block.timestamp);
    }

    function _currentLevel() private view returns (uint256) {
        uint256 leaked = (block.timestamp - _levelAt) * refillPerSecond;
        return leaked < _level ? _level - leaked : 0;
    }

    function _setLimit(uint256 capacity_, uint256 refillPerSecond_) private {
        bool fits = capacity_ >= MIN_CAPACITY && capacity_ <= MAX_CAPACITY && refillPerSecond_ * FASTEST_REFILL <= capacity_
            && refillPerSecond_ * SLOWEST_REFILL >= capacity_;
        if (!fits) revert LimitOutOfBounds(capacity_, refillPerSecond_);
        _levelAt = uint64(block.timestamp);
        capacity = uint96(capacity_);
        refillPerSecond = uint96(refillPerSecond_);
        emit LimitSet(capacity_, refillPerSecond_);
    }
}
