drop table daily_pairs;
