"""Why something could not be started."""


class CannotStart(Exception):
    """One line for the person at the terminal."""
