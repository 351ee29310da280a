"""The figures that the wire format stands on, for those who cannot afford to load its dataclasses."""

SLOT_SECONDS = 900
"""A slot is a quarter of an hour, aligned on UTC, named by epoch seconds / 900."""

IDLE_RULES_MINUTES = (3, 5, 10, 15)

LENGTH_BANDS_MINUTES = (0, 1, 5, 15, 30, 60, 120)
"""Lower bounds of the bands of session length; the last band has no upper bound."""

LARGEST_ENVELOPE_BYTES = 256 * 1024
"""Unpacked size of the largest envelope that a collector accepts."""
