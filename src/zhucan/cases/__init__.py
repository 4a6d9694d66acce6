"""Awards, and the adapter from tables to policy facts."""
