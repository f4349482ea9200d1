"""`nesthaus serve` that stops measuring itself at a SIGUSR1, and goes on at the next.

    python -m benchmarks.switched --port 8000

Two processes of the same program differ by more than measuring costs; one that is switched does
not differ from itself.
"""

import signal
import sys

from nesthaus.cli import program
from nesthaus.roles import serve
from nesthaus.settings import Settings
from nesthaus.stream.measures import Measures


def measures_for(settings: Settings) -> Measures:
    measures = made_for(settings)

    def switch(*_: object) -> None:
        measures.is_off = not measures.is_off

    signal.signal(signal.SIGUSR1, switch)
    return measures


made_for = serve.measures_for

if __name__ == "__main__":
    serve.measures_for = measures_for
    program(["serve", *sys.argv[1:]])
