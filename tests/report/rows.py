"""Rows as persist would leave them, put straight into the tables."""

from datetime import datetime, timedelta
from uuid import uuid4

from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from nesthaus.db.pool import Pool


async def insert(db: Pool, table: str, *rows: dict[str, object]) -> None:
    async with db.connection() as connection, connection.cursor() as cursor:
        for row in rows:
            statement = SQL("insert into {} ({}) values ({})").format(
                Identifier(table),
                SQL(", ").join(map(Identifier, row)),
                SQL(", ").join(map(Placeholder, row)),
            )
            await cursor.execute(statement, {name: _value(row[name]) for name in row})


def _value(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict) else value


def session(session_id: str, start: datetime, **columns: object) -> dict[str, object]:
    return {
        "session_id": session_id,
        "start_time": start,
        "last_activity": start,
        # Whatever a test adds was seen.
        "latest_seen": start + timedelta(days=30),
        "session_duration": 0,
    } | columns


def entry(
    session_id: str,
    start: datetime,
    configuration: dict[str, object] | None = None,
    **columns: object,
) -> dict[str, object]:
    return {
        "session_id": session_id,
        "timestamp": start,
        "id": uuid4(),
        "received_at": start,
        "implied": False,
        "configuration_data": configuration,
    } | columns


def interaction(
    session_id: str, timestamp: datetime, event_type: str, **columns: object
) -> dict[str, object]:
    return {
        "id": uuid4(),
        "session_id": session_id,
        "timestamp": timestamp,
        "received_at": timestamp + timedelta(milliseconds=80),
        "event_type": event_type,
    } | columns


def selection(
    session_id: str, timestamp: datetime, category: str, value: str | None, **columns: object
) -> dict[str, object]:
    said = {"category": category, "selection_value": value} | columns
    return interaction(session_id, timestamp, "selection", **said)


def snapshot(
    session_id: str, timestamp: datetime, configuration: dict[str, object], **columns: object
) -> dict[str, object]:
    return {
        "id": uuid4(),
        "session_id": session_id,
        "timestamp": timestamp,
        "received_at": timestamp,
        "configuration_data": configuration,
        "configuration_hash": "0" * 64,
        "completion_percentage": 25,
        "price_list_version": "2025-12",
        "trigger_event": "auto_save",
    } | columns


def finalisation(
    session_id: str, timestamp: datetime, conversion_status: str, **columns: object
) -> dict[str, object]:
    return {
        "session_id": session_id,
        "timestamp": timestamp,
        "id": uuid4(),
        "received_at": timestamp,
        "conversion_status": conversion_status,
        "verified": False,
    } | columns
