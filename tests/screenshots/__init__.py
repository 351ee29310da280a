"""The pictures of the README, made by a command: `python -m tests.screenshots`."""
