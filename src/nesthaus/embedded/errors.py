"""What the embedded servers say when they cannot run."""


class EmbeddedError(Exception):
    """One line for the person at the terminal; nothing of it is worth a traceback."""


class StartInterrupted(Exception):
    """The start was called off by a signal; nothing is wrong."""
