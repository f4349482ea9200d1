-- Many measured values in one row, as the processes of the program tell of themselves.
alter table performance_metrics
    -- How many values the row stands for, `value` being their mean. 0: a single one told apart,
    -- which another row stands for.
    add column count bigint not null default 1,
    -- Of several: the greatest of those that no row of their own tells; null: each has one.
    add column greatest double precision,
    -- Of several: the buckets they lie in, ascending (null: that of 0 and what is below), and how
    -- many in each. Null: a single value.
    add column buckets integer[],
    add column counts bigint[];
