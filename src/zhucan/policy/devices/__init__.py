"""Assistive devices: a catalogue as data, and one scheme for each device of it."""
