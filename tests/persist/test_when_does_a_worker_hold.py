"""A run of poison is our own fault when it is long, unbroken and comes from several sessions."""

from nesthaus.persist.poison_run import PoisonRun


def run_of(*sessions: str | None) -> PoisonRun:
    run = PoisonRun()
    for session in sessions:
        run.note_poison(session)
    return run


def test_twenty_in_a_row_from_three_sessions_are_our_fault() -> None:
    assert run_of(*["anna"] * 18, "ben", "cleo").is_ours


def test_nineteen_are_not() -> None:
    assert not run_of(*["anna"] * 17, "ben", "cleo").is_ours


def test_two_sessions_alone_are_not() -> None:
    assert not run_of(*["anna", "ben"] * 30).is_ours


def test_only_the_last_twenty_are_looked_at() -> None:
    assert not run_of("cleo", *["anna", "ben"] * 10).is_ours


def test_what_nobody_can_read_counts_as_sessions_of_their_own() -> None:
    assert run_of(*[None] * 20).is_ours


def test_one_that_passes_ends_the_run() -> None:
    run = run_of(*["anna", "ben", "cleo"] * 10)
    run.note_good()
    assert not run.is_ours
    for session in ["anna", "ben", "cleo"] * 6 + ["anna"]:
        run.note_poison(session)
    assert not run.is_ours
