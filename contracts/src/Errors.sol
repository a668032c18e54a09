// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A serial was replayed, skipped or overlaps: only `expected` is accepted next (spec 11, rule 1).
error WrongSerial(uint256 expected, uint256 given);

/// An amount of zero moves nothing and is always a mistake of the caller.
error ZeroAmount();

/// A root of zero would read as "nothing anchored".
error ZeroRoot();

/// The order or statement with this root was already carried out.
error RootAlreadyUsed(bytes32 root);

/// Contracts were deployed with addresses that do not point at each other.
error WrongWiring();

/// Only the one contract this function exists for may call it.
error Unauthorized(address caller);
