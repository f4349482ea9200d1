drop table price_lists;
