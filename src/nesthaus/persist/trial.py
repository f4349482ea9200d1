"""Decides about every entry that was read: stored, a dead letter, or held for later."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime

import psycopg

from nesthaus.db.pool import Pool
from nesthaus.observe import Call, this_call
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.attempts import Good, attempt
from nesthaus.persist.dead_letters import Buried, bury
from nesthaus.persist.failures import NotNow, not_now
from nesthaus.persist.poison_run import PoisonRun
from nesthaus.persist.store import Rules
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.envelope import Unreadable, decode
from nesthaus.stream.reader import StreamEntry, StreamReader
from nesthaus.stream.worker_states import Doing

# So often a batch fails at what may lie in its rows before it is looked for there: what was of a
# moment is over by then, and nobody has waited long.
_SIFT_AFTER = 3

log = logging.getLogger(__name__)


def _tell(letter: Buried) -> None:
    """Under the trace of the call that brought it."""
    traceparent = None
    with suppress(Unreadable):
        traceparent = decode(letter.entry.payload).traceparent
    call = this_call.set(Call(traceparent=traceparent))
    log.warning("an entry became a dead letter (%s): %s", letter.reason.value, letter.detail)
    this_call.reset(call)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how often: entries of one answer of the stream, and of all that are
    read before any is stored.

    A worker that has read fewer than `batch` lets the next ones gather for `gather_s`: however few
    events a transaction stores, it costs some 10 ms of both processors, so that at a thousand
    events a second a worker that did not wait was never idle. What comes after a silence is stored
    at once.
    What a worker leaves behind is taken over `claim_idle_s` later at the soonest and
    `claim_every_s` after that at the latest; the two are less than 15 s.
    """

    batch: int = 1_000
    most: int = 10_000
    block_ms: int = 200
    gather_s: float = 0.1
    claim_idle_s: float = 10.0
    claim_every_s: float = 3.0
    tidy_every_s: float = 5.0
    probe_every_s: float = 10.0
    first_pause_s: float = 0.1
    longest_pause_s: float = 2.0
    grace_s: float = 3.0

    def pause_s(self, failures: int) -> float:
        """Twice as long after each failure in a row."""
        return min(self.longest_pause_s, self.first_pause_s * 2 ** min(failures - 1, 16))


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Whether to stop; at once where so."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()


class Trial:
    """Of one worker. Poison is a suspect at first: a run of it may be our own fault."""

    def __init__(
        self,
        reader: StreamReader,
        pool: Pool,
        *,
        clock: Callable[[], datetime],
        rules: Rules,
        announcer: Announcer,
        pace: Pace,
    ) -> None:
        self._reader = reader
        self._pool = pool
        self._clock = clock
        self._rules = rules
        self._announcer = announcer
        self._pace = pace
        self._run = PoisonRun()
        self._suspects: list[Buried] = []
        self._guilty: list[Buried] = []  # on their way to the dead letters
        self._last_chance: deque[StreamEntry] = deque()  # were held, and others pass again
        self._finished: list[StreamEntry] = []  # committed, not yet acknowledged
        self._doubts = 0  # failures in a row that may lie in the rows

    async def settle(self, entries: Iterable[StreamEntry], stop: asyncio.Event) -> None:
        """Until each entry is decided about; or until `stop` while that cannot be done now."""
        fresh, failures = deque(entries), 0
        while True:
            try:
                await self._decide(fresh)
            except NotNow as reason:
                failures += 1
                self._doubts = self._doubts + 1 if reason.perhaps_of_rows else 0
                # A deadlock is over at once and not worth telling.
                if failures > 1 or reason.has_waited:
                    self._announcer.change(Doing.WAITING_FOR_DATABASE, str(reason))
                if await pause(stop, self._pace.pause_s(failures)):
                    return
                continue
            finally:
                with suppress(StreamAway):
                    await self.acknowledge()
            failures = self._doubts = 0
            if not self._suspects:
                return
            if not await self._hold(fresh, stop):
                return

    async def acknowledge(self) -> None:
        """Where it fails with StreamAway: later, or never, and the entries are stored in vain."""
        if self._finished:
            await self._reader.acknowledge(self._finished)
            self._finished = []

    async def _decide(self, fresh: deque[StreamEntry]) -> None:
        """Leaves suspects only where the worker has to hold. Raises NotNow; may be called again.

        What fails as if the database were to blame is convicted only where others pass.
        """
        is_sifting = self._doubts >= _SIFT_AFTER
        await self._store(self._last_chance, self._guilty.append, is_sifting=is_sifting)
        has_passed = await self._store(fresh, self._suspect, is_sifting=is_sifting)
        if not self._run.is_ours and (has_passed or not is_sifting):
            self._convict()
        await self._bury()

    async def _store(
        self,
        queue: deque[StreamEntry],
        accuse: Callable[[Buried], None],
        *,
        is_sifting: bool,
    ) -> bool:
        """Takes out of the queue what is decided; stops where a run of poison is too long. Whether
        any of it is stored."""
        now, has_passed = self._clock(), False
        decided: set[int] = set()  # what tells one object from another: no two are alike anyway
        tried = attempt(self._pool, tuple(queue), now, self._rules, is_sifting=is_sifting)
        try:
            async with aclosing(tried) as verdicts:
                async for verdict in verdicts:
                    if isinstance(verdict, Buried):
                        decided.add(id(verdict.entry))
                        accuse(verdict)
                        if self._run.is_ours:
                            return has_passed
                        continue
                    decided.update(map(id, verdict.entries))
                    self._finished += verdict.entries
                    has_passed = True
                    self._run.note_good()
                    self._convict()
        finally:
            left = [entry for entry in queue if id(entry) not in decided]
            queue.clear()
            queue.extend(left)
        return has_passed

    def _suspect(self, poison: Buried) -> None:
        self._run.note_poison(poison.session_id)
        self._suspects.append(poison)

    def _convict(self) -> None:
        """Others pass, or the run is short: it was the entries."""
        self._guilty += self._suspects
        self._suspects = []

    async def _bury(self) -> None:
        if not self._guilty:
            return
        try:
            async with self._pool.connection() as connection:
                await bury(connection, self._guilty, self._clock())
        except psycopg.Error as error:
            raise not_now(error) from error
        for letter in self._guilty:
            _tell(letter)
        self._finished += [each.entry for each in self._guilty]
        self._guilty = []

    async def _hold(self, fresh: deque[StreamEntry], stop: asyncio.Event) -> bool:
        """Tries one entry now and then, a fresh and a held one in turn; whether one passed.

        `fresh` has what was read and not tried yet, and gets what is read meanwhile.
        """
        self._announcer.change(Doing.HOLDING, self._suspects[-1].detail)
        held = deque(each.entry for each in self._suspects)
        self._suspects = []
        fresh_is_next = True
        while not await pause(stop, self._pace.probe_every_s):
            if fresh_is_next and not fresh:
                fresh.extend(await self._one_more())
            queue = fresh if fresh_is_next and fresh else held
            fresh_is_next = not fresh_is_next
            entry = queue.popleft()
            if await self._passes(entry):
                self._finished.append(entry)
                self._run.note_good()
                self._last_chance = held
                self._announcer.change(Doing.RUNNING)
                return True
            held.append(entry)
        return False

    async def _one_more(self) -> list[StreamEntry]:
        with suppress(StreamAway):
            return await self._reader.read(1, self._pace.block_ms)
        return []

    async def _passes(self, entry: StreamEntry) -> bool:
        with suppress(NotNow):
            async with aclosing(
                attempt(self._pool, (entry,), self._clock(), self._rules)
            ) as verdicts:
                return all([isinstance(verdict, Good) async for verdict in verdicts])
        return False
