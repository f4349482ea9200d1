"""Alembic's folder: each revision is a pair of plain .sql files and three lines of Python.

A new one: `versions/NNNN_name.py` with `NNNN_up.sql` and `NNNN_down.sql`, and the same change made
by hand in `db/schema.sql`; a test compares the two.
"""

from pathlib import Path

from alembic import op


def run_file(path: Path) -> None:
    """Runs all statements of a file as they stand there, within a migration.

    Straight through psycopg and without parameters, so that neither ":" nor "%" nor a dollar quote
    in it means anything to anyone but PostgreSQL.
    """
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(path.read_bytes())
