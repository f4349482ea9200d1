from datetime import date, timedelta

from nesthaus.domain.weeks import spans_beside, week_of

MONDAY = date(2026, 6, 15)
SUNDAY = date(2026, 6, 21)


def test_a_week_begins_on_monday() -> None:
    assert [week_of(MONDAY + n * timedelta(days=1)) for n in range(7)] == [MONDAY] * 7
    assert week_of(MONDAY - timedelta(days=1)) == date(2026, 6, 8)


def test_what_is_beside_weeks_is_before_between_and_after_them() -> None:
    weeks = [date(2026, 6, 29), MONDAY]
    assert spans_beside(date(2026, 6, 13), date(2026, 7, 7), weeks) == [
        (date(2026, 6, 13), date(2026, 6, 14)),
        (date(2026, 6, 22), date(2026, 6, 28)),
        (date(2026, 7, 6), date(2026, 7, 7)),
    ]


def test_a_week_alone_has_nothing_beside_it() -> None:
    assert spans_beside(MONDAY, SUNDAY, [MONDAY]) == []


def test_without_weeks_all_days_are_one_span() -> None:
    assert spans_beside(MONDAY, SUNDAY, []) == [(MONDAY, SUNDAY)]
