"""The collector: keeps what stations report and builds the statistics from it."""

from agent import __version__

__all__ = ["__version__"]
