"""The one way events are accepted: the stream, or while it is away the spool, or nobody."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from nesthaus.stream.connection import StreamAway, StreamFull
from nesthaus.stream.event_stream import EventStream, Outcome
from nesthaus.stream.spool import Spool, SpoolUnusable
from nesthaus.stream.spool_file import ClosedFile, Record

log = logging.getLogger(__name__)

RETRY_FIRST_S = 0.5
RETRY_MOST_S = 10.0
ADOPT_EVERY_S = 15.0
CLOSE_WITHIN_S = 1.0
# Moved at a time: many go in one round trip, and a spool of a gibibyte does not fill the memory.
WINDOW = 500
WINDOW_BYTES = 4 * 1024 * 1024


class Overloaded(Exception):
    """Nothing was taken: neither the stream nor the spool could."""


Done = Callable[[Exception | None], None]


class DurableLog:
    """What `append` returned from is never lost; `run` moves what is in the spool to the stream."""

    def __init__(
        self, stream: EventStream, spool: Spool, *, adopt_every_s: float = ADOPT_EVERY_S
    ) -> None:
        self._stream = stream
        self._spool = spool
        self._adopt_every_s = adopt_every_s
        self._spooled = asyncio.Event()
        self._closed = False
        self._elsewhere: set[asyncio.Future[None]] = set()
        self._taker = "stream"
        self._file: ClosedFile | None = None
        self._unmoved: Sequence[Record] = ()
        self._moved = 0

    async def append(self, session_id: str | None, payload: bytes) -> None:
        """Returns when the entry is durable; raises Overloaded when nothing was taken."""
        if self._closed:
            raise _stopping()
        outcome = await self._stream.outcome(session_id, payload)
        if outcome is None:
            self._note("stream")
        else:
            await self._append_elsewhere(session_id, payload, outcome)

    def begin(self, session_id: str | None, payload: bytes, done: Done) -> None:
        """As `append`, for who has no task to wait in: `done` hears once what became of it."""
        if self._closed:
            done(_stopping())
            return

        def ended(waiter: asyncio.Future[Outcome]) -> None:
            outcome = waiter.result()
            if outcome is None:
                self._note("stream")
                done(None)
                return
            task = asyncio.ensure_future(self._append_elsewhere(session_id, payload, outcome))
            self._elsewhere.add(task)
            task.add_done_callback(self._elsewhere.discard)
            task.add_done_callback(lambda task: done(_error_of(task)))

        self._stream.outcome(session_id, payload).add_done_callback(ended)

    async def run(self) -> None:
        """Moves spooled entries to the stream, our own and those of processes that are gone; ends
        when it is cancelled.
        """
        pause_s = RETRY_FIRST_S
        while True:
            if await self._move_all():
                pause_s = RETRY_FIRST_S
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._adopt_every_s):
                        await self._spooled.wait()
                self._spooled.clear()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, RETRY_MOST_S)

    async def close(self) -> None:
        """Takes nothing more and waits a bounded time for what is being taken. `run` must have
        ended before.
        """
        self._closed = True
        # Whom the stream turns away it wakes first: they are with the spool when it is closed.
        await self._stream.close(CLOSE_WITHIN_S)
        await self._spool.close(CLOSE_WITHIN_S)
        if self._file is not None:
            self._file.release()

    async def _append_elsewhere(
        self, session_id: str | None, payload: bytes, outcome: StreamAway | StreamFull
    ) -> None:
        if isinstance(outcome, StreamFull):
            self._note("nobody", outcome)
            raise Overloaded(str(outcome)) from outcome
        try:
            await self._spool.append(session_id, payload)
        except SpoolUnusable as unusable:
            self._note("nobody", f"{outcome}; {unusable}")
            raise Overloaded(f"{outcome}; {unusable}") from unusable
        self._note("spool", outcome)
        self._spooled.set()

    def _note(self, taker: str, reason: object = None) -> None:
        """Says once who takes the entries from now on."""
        if taker == self._taker:
            return
        self._taker = taker
        if taker == "stream":
            log.warning("The stream takes entries again")
        elif taker == "spool":
            log.warning("Entries go to the spool on disk: %s", reason)
        else:
            log.error("Entries are refused: %s", reason)

    async def _move_all(self) -> bool:
        """Whether nothing is left; our own file is closed only when the others are done, so that
        an outage leaves two files and not one per attempt.
        """
        while True:
            self._file = self._file or await self._spool.take()
            if self._file is None:
                if not await self._spool.rotate():
                    return True
                continue
            try:
                if not await self._move(self._file):
                    return False
                await self._finish(self._file)
            except OSError as error:
                log.error("The spool file %s cannot be moved: %s", self._file.path, error)
                self._spool.pass_over(self._file)
            self._file, self._unmoved, self._moved = None, (), 0

    async def _move(self, file: ClosedFile) -> bool:
        """Whether all of the file is in the stream. The first entry goes alone: while the stream
        is away it lets one call in so many seconds try.
        """
        window = 1
        while True:
            if not self._unmoved:
                self._unmoved = await asyncio.to_thread(file.next_records, WINDOW, WINDOW_BYTES)
            if not self._unmoved:
                log.info("Moved %d entries of %s to the stream", self._moved, file.path)
                return True
            batch, rest = self._unmoved[:window], self._unmoved[window:]
            taken = await asyncio.gather(*map(self._taken_by_stream, batch))
            self._moved += sum(taken)
            refused = [record for record, was in zip(batch, taken, strict=True) if not was]
            self._unmoved = [*refused, *rest]
            if refused:
                return False
            window = WINDOW

    async def _taken_by_stream(self, record: Record) -> bool:
        try:
            await self._stream.append(record.session_id, record.payload)
        except (StreamAway, StreamFull):
            return False
        self._note("stream")
        return True

    async def _finish(self, file: ClosedFile) -> None:
        kept = await asyncio.to_thread(file.finish)
        unreadable = sum(flaw.end - flaw.start for flaw in file.flaws)
        if kept is not None:
            log.error("%d bytes of a spool file are damaged; it is kept as %s", unreadable, kept)
        elif unreadable:
            log.warning("%s ended with %d bytes of an unfinished write", file.path, unreadable)


def _stopping() -> Overloaded:
    return Overloaded("the process is stopping")


def _error_of(task: asyncio.Future[None]) -> Exception | None:
    try:
        task.result()
    except asyncio.CancelledError:
        return Overloaded("the call was broken off")
    except Exception as error:  # noqa: BLE001 - handed on
        return error
    return None
