"""Takes out of the tables what the archive has, and into the archive what came for a closed month
since.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nesthaus.archive.manifests import Part, folder_of
from nesthaus.archive.parts import Change
from nesthaus.archive.sessions import merged
from nesthaus.archive.tables import SESSIONS, TABLES
from nesthaus.db.pool import Pool
from nesthaus.upkeep.archive.clearing import Clearing
from nesthaus.upkeep.archive.files import Files, Reached, one
from nesthaus.upkeep.archive.months import SQL, Span, choose, rows_chosen

_LEFT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Emptying:
    pool: Pool
    files: Files
    clearing: Clearing
    told: Callable[[str], None]
    reached: Reached

    async def empty(self, span: Span) -> tuple[int, int]:
        """Sessions that left the tables, and those of them that came after the month was closed."""
        gone = late = 0
        await self._mend_index(span.month)
        if await one(self.files.lead, "any_between", span.bounds()) is not True:
            return gone, late
        self.told(f"{folder_of(span.month)}: deleting")
        gone += await self._clear(span.month)
        taken = _LEFT_AT_ONCE
        while taken == _LEFT_AT_ONCE:  # whoever comes meanwhile waits for the next run
            taken = await self._take_in(span)
            late += taken
            if taken:
                gone += await self._clear(span.month)
        return gone, late

    async def _mend_index(self, month: date) -> None:
        """Where a part has more sessions than the index knows: a run was broken off, or the tables
        are those of a backup."""
        async with self.files.held():
            cursor = await self.files.lead.execute(SQL["indexed"], {"month": month})
            indexed = dict(await cursor.fetchall())
            unknown = [
                part
                for part in (await self.files.known(month)).parts
                if indexed.get(part.number, 0) < part.files[SESSIONS.name].rows
            ]
            if not unknown:
                return
            async with self.pool.connection() as connection, connection.transaction():
                erased = await self.files.note(connection, month, unknown)
            await self.files.forget(month, erased)
        async with self.pool.connection() as connection:
            await self.files.index.await_turns(connection)

    async def _clear(self, month: date) -> int:
        gone = 0
        for part in (await self.files.known(month)).parts:
            asked = {"month": month, "part": part.number}
            if await one(self.files.lead, "left_of_part", asked) is not True:
                continue
            async with self.files.held():
                current = (await self.files.known(month)).part(part.number)
                if current is not None:
                    gone += await self.clearing.clear(current)
            await self.reached("cleared")
        return gone

    async def _take_in(self, span: Span) -> int:
        """What the tables have of a closed month after all: how many sessions."""
        async with self.files.held():
            manifest = await self.files.known(span.month)
            asked = span.bounds() | {"new_part": manifest.next_number(), "most": _LEFT_AT_ONCE}
            async with self.pool.connection() as connection, connection.transaction():
                chosen = await choose(connection, "choose_left", asked)
                for number, _ in chosen:
                    added = {
                        table.name: [
                            row
                            async for rows in rows_chosen(connection, table, number)
                            for row in rows
                        ]
                        for table in TABLES
                    }
                    change = Change(added=added, merge=merged)
                    part = manifest.part(number) or Part(number, {})
                    manifest = await asyncio.to_thread(
                        self.files.archive.change, manifest, part, change, self.files.clock()
                    )
                    await self.reached("taken in")
        await self._mend_index(span.month)
        return sum(sessions for _, sessions in chosen)
