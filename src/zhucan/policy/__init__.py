"""The law as code: expressions, facts, parameters, schemes, decisions and their reasons. No Django."""
