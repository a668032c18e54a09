// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title When and how much is released: 13 calendar months from genesis (spec 01, "Release schedule")
/// @notice Pure arithmetic, equal to `core/economy/release-schedule.ts` (invariant C12).
library ReleaseSchedule {
    /// @notice Number of periods; period p (1-13) is [boundary p-1, boundary p).
    uint256 internal constant PERIODS = 13;

    /// @notice What is released in period 1, in nano.
    uint256 internal constant BASE_RELEASE = 1_000_000e9;

    /// @notice 2200-01-01T00:00:00Z. A genesis outside 1970-2199 is a mistake, and the bound keeps the search for the year short.
    uint64 internal constant LATEST_GENESIS = 7_258_118_400;

    error GenesisOutOfRange(uint64 genesis);

    /// @notice Release of a period in nano: 1, 2, 4, 8, 16 million PoS by cycle; 0 outside 1-13.
    function releaseOf(uint256 period) internal pure returns (uint256) {
        if (period == 0 || period > PERIODS) return 0;
        // Cycle 0 is period 1 alone, every later cycle has three periods.
        return BASE_RELEASE << ((period + 1) / 3);
    }

    /// @notice The 14 boundaries in seconds since 1970: boundary k is genesis plus k calendar months, UTC. A day past the end of a month becomes
    /// its last day, always counted from genesis and never from the previous boundary.
    function boundariesFrom(uint64 genesis) internal pure returns (uint64[14] memory boundaries) {
        if (genesis >= LATEST_GENESIS) revert GenesisOutOfRange(genesis);
        uint256 timeOfDay = genesis % 1 days;
        uint256 dayOfMonth = genesis / 1 days; // 0-based; whole years and months are taken off below
        uint256 monthStart = 0; // first day of the current month, in days since 1970
        uint256 year = 1970;
        for (uint256 length = _daysInYear(year); dayOfMonth >= length; length = _daysInYear(year)) {
            dayOfMonth -= length;
            monthStart += length;
            ++year;
        }
        uint256 month = 1;
        for (uint256 length = _daysInMonth(year, month); dayOfMonth >= length; length = _daysInMonth(year, month)) {
            dayOfMonth -= length;
            monthStart += length;
            ++month;
        }
        for (uint256 k = 0; k <= PERIODS; ++k) {
            uint256 length = _daysInMonth(year, month);
            uint256 day = dayOfMonth < length ? dayOfMonth : length - 1;
            boundaries[k] = uint64((monthStart + day) * 1 days + timeOfDay);
            monthStart += length;
            ++month;
            if (month == 13) {
                month = 1;
                ++year;
            }
        }
    }

    function _isLeap(uint256 year) private pure returns (bool) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    function _daysInYear(uint256 year) private pure returns (uint256) {
        return _isLeap(year) ? 366 : 365;
    }

    function _daysInMonth(uint256 year, uint256 month) private pure returns (uint256) {
        if (month == 2) return _isLeap(year) ? 29 : 28;
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }
}
