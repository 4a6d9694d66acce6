"""Care by the month in an institution, by day, at home, and by voucher."""
