-- Whether a partition is over is asked with one look into an index a condition.
create index activation_ended on activation (finished_at) where finished_at is not null;
create index activation_apart on activation (finished_at) where result_apart or argument_apart or log_apart;
