"""What is measured, told briefly, and traffic in which sessions and values come in any order."""

from random import Random

from msgspec.structs import replace

from nesthaus.domain.events import Delivery, Metric
from nesthaus.domain.measures import Held
from tests.persist.traffic import at, call, clicked, identifier, opened

HOUR = 3_600
DAY = 86_400
BOT = "curl/8.5.0"


def measured(
    seconds: float,
    value: float = 100.0,
    session_id: str | None = None,
    *,
    number: int = 1,
    name: str = "LCP",
    unit: str | None = "ms",
    **data: object,
) -> Metric:
    moment = at(seconds)
    return Metric(
        id=identifier(moment, number),
        at=moment,
        name=name,
        value=float(value),
        unit=unit,
        session_id=session_id,
        additional_data=data or None,
    )


def together(seconds: float, values: list[float], number: int, told: int) -> list[Metric]:
    """In one row, as the program tells of itself; the first ones by themselves, too."""
    held = Held()
    for place, value in enumerate(values):
        held.add([value], are_told=place < told)
    moment, data = at(seconds), {"route": "/c"}
    apart = [
        replace(measured(seconds, value, number=900 + n, requestId=f"r{n}"), count=0)
        for n, value in enumerate(values[:told])
    ]
    return [held.metric(identifier(moment, number), moment, "LCP", "ms", data), *apart]


def traffic(seed: int, calls: int = 120, sessions: int = 25) -> list[Delivery]:
    """Over five days around noon: sessions come before and after what was measured in them, some
    never, some turn out to begin on another day, or to be bots."""
    random = Random(seed)
    made: list[Delivery] = []
    for number in range(calls):
        seconds = random.randrange(-2 * DAY, 2 * DAY)
        session_id = f"s{random.randrange(sessions)}"
        kind = random.choice(("opened", "clicked", "measured", "measured", "of none", "held"))
        if kind == "opened":
            entry = opened(
                seconds,
                number,
                device_type=random.choice(("mobile", "desktop", None)),
                utm_source=random.choice(("a", "b", "c", "d", None)),
                user_agent=random.choice((BOT, None, None, None)),
            )
            made.append(call(session_id, entry))
        elif kind == "clicked":
            made.append(call(session_id, clicked(seconds, number)))
        elif kind == "held":
            values = [round(random.expovariate(1e-3), 3) for _ in range(random.randrange(1, 30))]
            told = random.randrange(len(values) + 2)
            made.append(call(None, *together(seconds, [0.0, *values], number, told)))
        else:
            metrics = [
                measured(
                    seconds + n,
                    random.choice((0.0, -1.5, 0.1, round(random.expovariate(1e-3), 3), 1e9)),
                    None if kind == "of none" else session_id,
                    number=number,
                    name=random.choice(("LCP", "CLS")),
                    unit=random.choice(("ms", None)),
                    **random.choice(({}, {"url": "/a"}, {"route": "/b", "requestId": "r"})),
                )
                for n in range(random.randrange(1, 6))
            ]
            made.append(call(None, *metrics))
    return made
