-- What is too old is found by its step too: hours are kept much longer than minutes.
drop index activation_stat_age;
create index activation_stat_age on activation_stat (step, at);
