"""Social assistance links, the federation's own relief and allowances, premiums paid for people."""
