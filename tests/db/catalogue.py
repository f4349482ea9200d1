"""What a database's catalogue says of its tables, to compare two databases by."""

import psycopg

_COLUMNS = """
select 'column', table_name || '.' || attname,
    concat_ws(' ', row_number() over (partition by attrelid order by attnum),
        format_type(atttypid, atttypmod), attnotnull, attgenerated, attidentity, attstorage,
        attcompression, collname, pg_get_expr(adbin, adrelid))
from ours
join pg_attribute on attrelid = ours.oid and attnum > 0 and not attisdropped
left join pg_collation on pg_collation.oid = attcollation
left join pg_attrdef on adrelid = attrelid and adnum = attnum
"""

_CONSTRAINTS = """
select 'constraint', table_name || '.' || conname,
    concat_ws(' ', pg_get_constraintdef(pg_constraint.oid), convalidated)
from ours
join pg_constraint on conrelid = ours.oid
"""

_INDEXES = """
select 'index', table_name || '.' || index.relname,
    concat_ws(' ', pg_get_indexdef(index.oid), indisvalid, index.reloptions::text)
from ours
join pg_index on indrelid = ours.oid
join pg_class index on index.oid = indexrelid
"""

_TABLES = """
select 'table', table_name,
    concat_ws(' ', relkind, reloptions::text, relpersistence, pg_get_expr(relpartbound, ours.oid),
        pg_get_partkeydef(ours.oid), inhparent::regclass)
from ours
left join pg_inherits on inhrelid = ours.oid
"""

_OTHERS = """
select 'other', relname, relkind::text
from pg_class
where relnamespace = 'public'::regnamespace and relkind not in ('r', 'p', 'i', 'I')
union all
select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
union all
select 'function', proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'type', typname, typtype::text
from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
"""

_ALL = f"""
with ours as (
    select *, relname as table_name
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and relname <> 'alembic_version'
)
{_COLUMNS} union all {_CONSTRAINTS} union all {_INDEXES} union all {_TABLES}
union all {_OTHERS}
order by 1, 2, 3
"""


def catalogue_of(database_url: str) -> list[tuple[str, str, str]]:
    """Kind, name and definition of everything in the schema but Alembic's own table."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(_ALL.encode()).fetchall()
