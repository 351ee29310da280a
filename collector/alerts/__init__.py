"""Raises and ends alerts, and tells people of them; what is one is decided in `collector.domain.health`."""
