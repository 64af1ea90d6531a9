"""Intake's rules and values: pure, no clock, no I/O."""
