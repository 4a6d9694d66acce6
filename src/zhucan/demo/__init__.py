"""An invented county, its life and its months, from one seed."""
