"""The agent: counts sessions on one public PC and reads its hardware health."""

__version__ = "0.1.0"
