"""Administrative divisions, users and roles, the audit chain, encrypted fields, the clock."""
