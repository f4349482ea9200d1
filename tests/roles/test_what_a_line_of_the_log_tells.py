"""Is a line of the log a line, with the ids of the call it is about?"""

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from nesthaus.observe import Call, set_up_log, this_call, valid_traceparent

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
log = logging.getLogger("nesthaus.ingest.somewhere")


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What was written since."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_object_tells_time_level_role_stage_and_call(written: Callable[[], str]) -> None:
    set_up_log("info", "serve", "json")
    call = this_call.set(Call("r-1", TRACE))
    log.warning("Straße %s\nnext", "ß")
    this_call.reset(call)
    line = written()
    assert line.count("\n") == 1
    told = json.loads(line)
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "warning",
        "role": "serve",
        "stage": "ingest",
        "message": "Straße ß\nnext",
        "requestId": "r-1",
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    }


def test_an_object_holds_what_was_raised(written: Callable[[], str]) -> None:
    set_up_log("info", "serve", "json")
    try:
        raise ValueError("on purpose")
    except ValueError:
        log.exception("it failed")
    assert "ValueError: on purpose" in json.loads(written())["exception"]


def test_a_readable_line_names_the_call_where_there_is_one(written: Callable[[], str]) -> None:
    set_up_log("info", "work")
    log.info("alone")
    call = this_call.set(Call(traceparent=TRACE))
    log.info("of a call")
    this_call.reset(call)
    alone, of_call = written().splitlines()
    assert alone.endswith(" INFO role=work stage=ingest alone")
    assert of_call.endswith("stage=ingest traceId=4bf92f3577b34da6a3ce929d0e0e4736 of a call")


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        (TRACE, True),
        (TRACE.replace("00-", "cc-", 1), True),
        (TRACE.replace("00-", "ff-", 1), False),
        (TRACE.upper(), False),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
        (f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01", False),
        ("", False),
        (TRACE + "x", False),
    ],
)
def test_a_trace_is_taken_as_the_standard_has_it(text: str, is_valid: bool) -> None:
    assert (valid_traceparent(text) == text) is is_valid


ROW = "message of it\nDETAIL:  Failing row contains (anna, two\nlines).\nCONTEXT:  COPY anna"


@pytest.mark.parametrize("form", ["text", "json"])
def test_of_an_error_no_row_is_told(written: Callable[[], str], form: str) -> None:
    set_up_log("info", "serve", form)
    try:
        try:
            raise ValueError(ROW)
        except ValueError as error:
            raise TypeError("because of it") from error
    except TypeError:
        log.exception("it failed")
    told = written()
    assert "message of it" in told
    assert "because of it" in told
    assert "anna" not in told
    assert "lines)" not in told
