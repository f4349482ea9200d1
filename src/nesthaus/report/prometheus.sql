-- name: dead_letters
-- One row: how many wait.
select count(*)
from dead_letters;
