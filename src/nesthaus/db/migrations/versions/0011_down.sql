alter table aggregation_state drop column weeks_at;
drop table counted_weeks;
drop table weekly_spreads;
drop table weekly_figures;
