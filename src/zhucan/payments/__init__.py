"""Monthly runs, the ledger, bank files and recovery accounts."""
