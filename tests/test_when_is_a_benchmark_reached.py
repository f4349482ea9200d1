"""Each figure is compared with what limits it, or with a number of its own."""

from benchmarks.table import Figure, markdown


def test_a_ratio_to_the_limit_is_compared() -> None:
    figure = Figure("calls", 5_500.0, "calls/s", 0.55, beside="calls/s, bare", limit=10_000.0)
    assert figure.is_reached
    assert markdown([figure]).splitlines()[-1] == (
        "| calls | 5,500 calls/s | 10,000 calls/s, bare | 0.55 | ≥ 0.55 | yes |"
    )


def test_what_must_not_be_more_is_not_reached_by_more() -> None:
    figure = Figure("export", 3.2, "s", 1.5, at_most=True, beside="s, COPY", limit=2.0)
    assert not figure.is_reached
    assert markdown([figure]).splitlines()[-1] == (
        "| export | 3.2 s | 2 s, COPY | 1.6 | ≤ 1.5 | **no** |"
    )


def test_a_limit_may_be_shown_beside_a_figure_that_is_compared_itself() -> None:
    figure = Figure(
        "price", 12.0, "µs", 15, at_most=True, beside="µs, looked up", limit=2.0, shown_only=True
    )
    assert figure.is_reached
    assert markdown([figure]).splitlines()[-1] == (
        "| price | 12 µs | 2 µs, looked up | 6 | ≤ 15 µs | yes |"
    )


def test_a_figure_without_a_limit_is_compared_itself() -> None:
    figure = Figure("memory", 151.0, "MB", 150, at_most=True)
    assert not figure.is_reached
    assert markdown([figure]).splitlines()[-1] == "| memory | 151 MB |  |  | ≤ 150 MB | **no** |"
