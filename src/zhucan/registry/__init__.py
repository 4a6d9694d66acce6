"""People, households, certificates and every dated spell, with their import, export and search."""
