"""Lists of other departments held against the registry: read, matched, compared, and each difference settled."""
