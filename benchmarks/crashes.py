"""Does a crash lose or double anything? `python -m benchmarks.crashes --kills 200 --seed 1`

Starts the whole program on servers of its own and a second worker, sends all the while, and kills,
freezes or starves its processes at random moments, one fault after another. After each it waits
until everything accepted before is stored. Every 50 kills, and at the end, tables and figures are
compared with what was accepted. Ends with 1 where anything differs. The seed repeats the order of
faults and their waits; what a process is doing just then no seed can say.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from benchmarks.crash_check import differences
from benchmarks.crash_faults import FAULTS, Scene
from benchmarks.crash_traffic import Traffic

from tests.stack import Stack

RECOVERED_WITHIN_S = 20.0
GIVEN_UP_AFTER_S = 120.0
COMPARED_EVERY = 50
SETTINGS = {"NESTHAUS_AGGREGATE_EVERY_S": "1", "NESTHAUS_IDLE_AFTER_S": "86400"}


@dataclass(slots=True)
class Tally:
    """Of one kind of fault: how often, and how long until all was well again."""

    recovered_s: list[float] = field(default_factory=list[float])


@dataclass(slots=True)
class Outcome:
    tallies: dict[str, Tally]
    kills: int = 0
    faults: list[str] = field(default_factory=list[str])


def run(stack: Stack, seed: int, kills: int, kinds: Sequence[str]) -> list[str]:
    """Each kind once, and as many as make so many kills. What was wrong; nothing, where all is
    well."""
    chance = random.Random(seed)
    outcome = Outcome({kind: Tally() for kind in kinds})
    weights = [FAULTS[kind].weight for kind in kinds]
    traffic = Traffic(stack.url)
    with Scene(stack, chance) as scene:
        traffic.start()
        compared_at = 0
        untried = list(kinds)
        while untried or outcome.kills < kills:
            # Each kind once before any comes twice.
            kind = untried.pop(0) if untried else chance.choices(kinds, weights)[0]
            time.sleep(chance.uniform(0.0, 1.0))  # a random moment: nothing is waited for
            begun = outcome.kills
            outcome.kills += FAULTS[kind].strike(scene)
            _wait_until_well(stack, traffic, kind, outcome)
            print(f"{begun:4} {kind}: {outcome.tallies[kind].recovered_s[-1]:.1f} s", flush=True)
            if outcome.kills - compared_at >= COMPARED_EVERY and outcome.kills < kills:
                compared_at = outcome.kills
                _compare(stack, traffic, outcome)
                traffic.start()
        _compare(stack, traffic, outcome)
    _tell(stack, traffic, outcome)
    return outcome.faults


def _wait_until_well(stack: Stack, traffic: Traffic, kind: str, outcome: Outcome) -> None:
    """Until calls are taken again, all that was accepted is stored, and `/readyz` says so."""
    begun = time.monotonic()
    taken = traffic.calls
    missing = None
    while time.monotonic() < begun + GIVEN_UP_AFTER_S:
        if traffic.calls > taken:
            missing = traffic.accepted_ids() if missing is None else missing
            missing -= _stored(stack, missing)
            if not missing and _is_ready(stack.url):
                break
        time.sleep(0.05)
    else:
        raise AssertionError(f"{kind}: not well after {GIVEN_UP_AFTER_S:g} s")
    took_s = time.monotonic() - begun
    outcome.tallies[kind].recovered_s.append(took_s)
    if took_s > RECOVERED_WITHIN_S:
        outcome.faults.append(f"{kind}: took {took_s:.1f} s")
    traffic.confirm()


def _stored(stack: Stack, ids: set[str]) -> set[str]:
    try:
        with psycopg.connect(stack.database_url, connect_timeout=5) as connection:
            rows = connection.execute(
                "select id::text from interaction_events where id = any(%s::uuid[])", [list(ids)]
            ).fetchall()
    except psycopg.OperationalError:
        return set()
    return {row[0] for row in rows}


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _compare(stack: Stack, traffic: Traffic, outcome: Outcome) -> None:
    """With nothing under way; figures get as long as a recovery may take."""
    traffic.stop()
    outcome.faults += traffic.refusals
    deadline = time.monotonic() + RECOVERED_WITHIN_S
    while found := differences(stack.database_url, traffic.accepted):
        if time.monotonic() > deadline:
            outcome.faults += found
            break
        time.sleep(0.2)
    print(f"{outcome.kills:4} compared: {found or 'nothing differs'}", flush=True)


def _tell(stack: Stack, traffic: Traffic, outcome: Outcome) -> None:
    with psycopg.connect(stack.database_url) as connection:
        rows = connection.execute("select id::text from interaction_events").fetchall()
    accepted = {event_id for events in traffic.accepted.values() for event_id in events}
    stored = Counter(row[0] for row in rows)
    print("\n| fault | times | longest until all is well, s |\n|---|---|---|")
    for kind, tally in outcome.tallies.items():
        longest = max(tally.recovered_s, default=0.0)
        print(f"| {FAULTS[kind].told} | {len(tally.recovered_s)} | {longest:.1f} |")
    everything = [s for tally in outcome.tallies.values() for s in tally.recovered_s]
    print("\n| killed or stopped | accepted | stored | lost | doubled | longest to recover, s |")
    print("|---|---|---|---|---|---|")
    lost = len(accepted - stored.keys())
    doubled = sum(times - 1 for times in stored.values())
    print(
        f"| {outcome.kills} | {len(accepted):,} | {len(stored):,} | {lost} | {doubled} "
        f"| {max(everything, default=0.0):.1f} |"
    )
    for fault in outcome.faults:
        print(f"BAD {fault}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", nargs="*", choices=list(FAULTS), default=list(FAULTS))
    parser.add_argument("--log", type=Path, help="keep what the program says there")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    stack = Stack(SETTINGS)
    try:
        stack.start()
        wrong = run(stack, asked.seed, asked.kills, asked.only)
    finally:
        if asked.log:
            asked.log.write_text(stack.log())
        stack.close()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
