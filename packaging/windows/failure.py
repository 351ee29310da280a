"""What goes wrong while something is made."""


class NotBuilt(Exception):
    """It could not be made; the text says why."""
