drop table media_syncs;
drop table media_manifest;
drop table media_stale_objects;
drop table media_files;
drop table price_lists;
