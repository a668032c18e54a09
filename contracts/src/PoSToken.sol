// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Unauthorized} from "./Errors.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title PoS, the token of WePoS
/// @notice ERC-20 with 9 decimals, permit (EIP-2612) and votes (ERC-5805, by timestamp). Only the emission contract mints, never more than
/// 100,000,000 PoS; there is no owner, pause, blacklist, burn function or upgrade.
/// @dev Balance and delegate of an account share one storage slot, so a transfer learns the recipient's delegate from the slot that it writes anyway.
/// Everything that reads or writes OpenZeppelin's own maps for the two (`balanceOf`, `totalSupply`, `_update`, `delegates`, `_delegate`) is overridden.
contract PoSToken is ERC20, ERC20Permit, Votes {
    /// @notice All that can ever be minted, in nano.
    uint256 public constant MAX_SUPPLY = 100_000_000e9;

    /// @notice Nobody controls it: tokens sent here are out of circulation, though `totalSupply` stays (spec 01, "burning").
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    uint256 private constant BALANCE_BITS = 96;

    /// @notice The emission contract, for ever.
    address public immutable minter;

    /// @notice Sum of everything minted, in nano; also the total supply, because nothing is ever destroyed.
    uint256 public everMinted;

    /// @dev delegate << 96 | balance. A balance needs 57 bits (MAX_SUPPLY is 10^17), so adding to one never reaches the delegate.
    mapping(address account => uint256) private _accounts;

    error SupplyExceeded(uint256 wanted, uint256 max);

    /// @param minter_ address of the emission contract; it may be computed before that contract is deployed.
    constructor(address minter_) ERC20("WePoS", "PoS") ERC20Permit("WePoS") {
        minter = minter_;
    }

    /// @notice Creates tokens; the emission contract only.
    function mint(address to, uint256 amount) external {
        if (_msgSender() != minter) revert Unauthorized(_msgSender());
        _mint(to, amount);
    }

    /// @notice Sends to many at once. Balances, votes and `Transfer` events end up as after as many single transfers, but the sender's balance and
    /// votes are written once for the whole batch.
    /// @dev Refuses the zero address, this token, the burn address and the sender itself as recipients.
    /// @param lines `uint160(to) << 96 | amount` each.
    function batchTransfer(uint256[] calldata lines) external {
        address from = _msgSender();
        address fromDelegate = delegates(from);
        uint256 total = 0;
        uint256 movedVotes = 0;
        for (uint256 i = 0; i < lines.length; ++i) {
            uint256 line = lines[i];
            address to = address(uint160(line >> BALANCE_BITS));
            uint256 amount = uint96(line);
            if (to == address(0) || to == from || to == address(this) || to == BURN_ADDRESS) revert ERC20InvalidReceiver(to);
            total += amount;
            uint256 account = _accounts[to];
            unchecked {
                // The debit below reverts the whole batch unless total <= balance of the sender, so no single credit can pass the supply.
                _accounts[to] = account + amount;
            }
            emit Transfer(from, to, amount);
            address toDelegate = address(uint160(account >> BALANCE_BITS));
            if (toDelegate != fromDelegate) {
                movedVotes += amount;
                if (toDelegate != address(0)) _moveDelegateVotes(address(0), toDelegate, amount);
            }
        }
        _debit(from, total);
        _moveDelegateVotes(fromDelegate, address(0), movedVotes);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 9;
    }

    /// @inheritdoc ERC20
    function totalSupply() public view override returns (uint256) {
        return everMinted;
    }

    /// @inheritdoc ERC20
    function balanceOf(address account) public view override returns (uint256) {
        return uint96(_accounts[account]);
    }

    /// @inheritdoc Votes
    function delegates(address account) public view override returns (address) {
        return address(uint160(_accounts[account] >> BALANCE_BITS));
    }

    /// @notice Votes are counted by time, as proposals are, whatever the block rate of the chain.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice ERC-6372 description of `clock`.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public view override returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Mint when `from` is zero, else transfer; `to` is never zero, because `_mint` and `_transfer` refuse it and nothing calls `_burn`.
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) {
            uint256 minted = everMinted + value;
            if (minted > MAX_SUPPLY) revert SupplyExceeded(minted, MAX_SUPPLY);
            everMinted = minted;
        } else {
            _debit(from, value);
        }
        _accounts[to] += value;
        emit Transfer(from, to, value);
        // Burned tokens leave the votes' total too, otherwise a quorum would count what nobody can ever vote with.
        _transferVotingUnits(from, to == BURN_ADDRESS ? address(0) : to, value);
    }

    /// @dev As in `Votes`, with the delegate kept beside the balance.
    function _delegate(address account, address delegatee) internal override {
        uint256 packed = _accounts[account];
        address oldDelegate = address(uint160(packed >> BALANCE_BITS));
        _accounts[account] = (uint256(uint160(delegatee)) << BALANCE_BITS) | uint96(packed);
        emit DelegateChanged(account, oldDelegate, delegatee);
        _moveDelegateVotes(oldDelegate, delegatee, uint96(packed));
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return balanceOf(account);
    }

    function _debit(address from, uint256 value) private {
        uint256 account = _accounts[from];
        if (uint96(account) < value) revert ERC20InsufficientBalance(from, uint96(account), value);
        unchecked {
            _accounts[from] = account - value;
        }
    }
}
