drop table uncompacted;
drop table tombstones;
drop table tombstone_keys;
