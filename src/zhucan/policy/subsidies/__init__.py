"""The two subsidies, and the child benefit that tops up beside them."""
