-- name: claim_orders
-- One row per order named: the session it is counted in as far as is known. A new order is made, a
-- known one is locked by an update that changes nothing, in one order over all workers.
insert into orders (order_id, session_id, ordered_at, verified)
select
    order_id,
    session_id,
    ordered_at,
    verified
from unnest(
    %(order_id)s::text[], %(session_id)s::text[], %(ordered_at)s::timestamptz[],
    %(verified)s::boolean[]
) as claimed (order_id, session_id, ordered_at, verified)
order by order_id
on conflict (order_id) do update set ordered_at = orders.ordered_at
returning
    order_id,
    session_id,
    ordered_at,
    verified;

-- name: hand_over_orders
-- No row. Orders that are there and locked get the session with the better claim.
insert into orders (order_id, session_id, ordered_at, verified)
select *
from unnest(
    %(order_id)s::text[], %(session_id)s::text[], %(ordered_at)s::timestamptz[],
    %(verified)s::boolean[]
)
on conflict (order_id) do update set
    session_id = excluded.session_id,
    ordered_at = excluded.ordered_at,
    verified = excluded.verified;

-- name: owners
-- One row per order named.
select
    order_id,
    session_id,
    ordered_at,
    verified
from orders
where order_id = any(%(order_id)s);
