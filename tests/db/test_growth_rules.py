"""Could the tables be spread over many machines by session_id, without a change?

The rules were found by trying it on a cluster: what they forbid is refused there, or slow.
"""

import re
from collections.abc import Callable

import psycopg
import pytest

from nesthaus.db.migrate import upgrade
from tests.sql_files import VERSIONS, Statement, statements

# Not distributed by session: an order counts once over all sessions; a dead letter may have no
# session; a metric belongs to one only by name.
KEYED_OTHERWISE = {"orders": "order_id", "dead_letters": "id", "performance_metrics": "id"}

_KEYS = """
select relname, array_agg(attname::text order by place)
from pg_index
join pg_class on pg_class.oid = indrelid
cross join unnest(indkey) with ordinality as key (number, place)
join pg_attribute on attrelid = indrelid and attnum = key.number
where indisunique and relkind in ('r', 'p') and not relispartition
    and relnamespace = 'public'::regnamespace
group by relname, indexrelid
"""

_OF_SESSIONS = """
select relname, format_type(atttypid, atttypmod)
from pg_class
join pg_attribute on attrelid = pg_class.oid and attname = 'session_id'
where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
"""

NOT_IMMUTABLE = (
    r"(now\s*\(|current_timestamp|current_date|current_time|localtime|clock_timestamp"
    r"|statement_timestamp|transaction_timestamp|gen_random_uuid|random\s*\()"
)

FORBIDDEN = {
    "a trigger": r"\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\b",
    "a sequence": r"\b(big|small)?serial\b|\bsequence\s+\w+\s*(;|start|increment|as)|\bnextval\b"
    r"|\bgenerated\s+(always|by\s+default)\s+as\s+identity\b",
    "a function that is not immutable in do update set": r"\bdo\s+update\b[^;]*" + NOT_IMMUTABLE,
    "skip locked": r"\bskip\s+locked\b",
    "rollup": r"\brollup\s*\(|\bcube\s*\(|\bgrouping\s+sets\b",
    "merge": r"\bmerge\s+into\b",
    "detach concurrently": r"\bdetach\b[^;]*\bconcurrently\b",
    "a statement that changes rows within another": (
        r"\bas\s+((not\s+)?materialized\s+)?\(\s*(insert|update|delete)\b"
    ),
    "a row lock over many sessions": r"\bfor\s+(no\s+key\s+|key\s+)?(update|share)\b",
}
ONE_SESSION = re.compile(r"\bsession_id\s*=\s*%\(?s")


def broken_rules(text: str) -> set[str]:
    plain = re.sub(r"--[^\n]*|'[^']*'", "", text.lower())
    broken = {rule for rule, pattern in FORBIDDEN.items() if re.search(pattern, plain)}
    if ONE_SESSION.search(plain):
        broken.discard("a row lock over many sessions")
    return broken


@pytest.mark.parametrize("version", [16, 18])
def test_every_unique_key_of_a_session_table_begins_with_the_session(
    empty_database: Callable[[int], str], version: int
) -> None:
    url = empty_database(version)
    upgrade(url)
    with psycopg.connect(url) as connection:
        of_sessions = dict(connection.execute(_OF_SESSIONS.encode()).fetchall())
        keys = connection.execute(_KEYS.encode()).fetchall()
    checked = {table for table, _ in keys if table in of_sessions}
    assert checked == set(of_sessions)
    for table, columns in keys:
        if table in of_sessions:
            assert columns[0] == KEYED_OTHERWISE.get(table, "session_id"), table


def test_session_ids_are_text(database_url: str) -> None:
    """A foreign key of a partitioned table to a varchar(255) is refused on a cluster."""
    with psycopg.connect(database_url) as connection:
        of_sessions = dict(connection.execute(_OF_SESSIONS.encode()).fetchall())
    assert set(of_sessions.values()) == {"text"}
    assert len(of_sessions) == 12


def test_foreign_keys_cascade(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select distinct confdeltype::text from pg_constraint where contype = 'f'"
        )
        assert rows.fetchall() == [("c",)]


def test_no_trigger_and_no_sequence_exists(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select relname from pg_class where relkind = 'S' union all"
            " select tgname from pg_trigger where not tgisinternal union all"
            " select attname from pg_attribute where attidentity <> ''"
        )
        assert rows.fetchall() == []


def test_no_statement_breaks_a_rule() -> None:
    texts = [(s.place, s.text) for s in statements()]
    texts += [(path.name, path.read_text(encoding="utf-8")) for path in VERSIONS.glob("*.sql")]
    assert {place: broken for place, text in texts if (broken := broken_rules(text))} == {}
    assert len(texts) > 5


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("create trigger t after insert on a", "a trigger"),
        ("create table a (id bigserial)", "a sequence"),
        ("id bigint generated always as identity", "a sequence"),
        ("create sequence numbers;", "a sequence"),
        (
            "insert into a values (1) on conflict (x) do update set at = now()",
            "a function that is not immutable in do update set",
        ),
        ("select 1 from a for update skip locked", "skip locked"),
        ("select 1 from a group by rollup (x, y)", "rollup"),
        ("merge into a using b on true", "merge"),
        ("alter table a detach partition b concurrently", "detach concurrently"),
        (
            "with gone as (delete from a returning *) select 1 from gone",
            "a statement that changes rows within another",
        ),
        ("select 1 from a where x = any(%(ids)s) for update", "a row lock over many sessions"),
    ],
)
def test_the_rules_see_what_they_forbid(text: str, rule: str) -> None:
    assert rule in broken_rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "create table a (at timestamptz default now(), sequence integer)",
        "insert into a values (now()) on conflict (x) do update set at = excluded.at",
        "select 1 from a where session_id = %(session_id)s for update",
        "select 'merge into' -- skip locked",
        "average numeric generated always as (a / b) stored",
    ],
)
def test_the_rules_let_the_rest_pass(text: str) -> None:
    assert broken_rules(text) == set()


def test_the_rules_read_statements_with_parameters() -> None:
    text = "select 1 from user_sessions where session_id = %(s)s for update"
    assert broken_rules(Statement("x", "x.sql", "x", text).text) == set()
