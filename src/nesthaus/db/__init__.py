"""PostgreSQL: pools, named statements, migrations and the check that schema and program fit.

Reads and writes no table of its own but `alembic_version`; what the tables mean is the stages'
business. Never: rows as objects, SQL put together from pieces.
"""
