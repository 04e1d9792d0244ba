-- What happened in a minute and in an hour. Rows with function '' are sums of an owner, with owner '' of the platform, so that
-- a total needs no sum over functions. Written with the rows of the ledger, in one transaction.

create table activation_stat (
    owner         text collate "C" not null,
    function_id   text collate "C" not null,
    step          int not null,                           -- seconds
    at            timestamptz not null,                   -- its beginning
    submitted     bigint not null default 0,
    succeeded     bigint not null default 0,
    failed        bigint not null default 0,
    timed_out     bigint not null default 0,
    cancelled     bigint not null default 0,
    expired       bigint not null default 0,
    attempts      bigint not null default 0,
    cpu_ms        bigint not null default 0,
    reasons       jsonb not null default '{}',            -- of ends: how many of each
    waits         int[] not null default '{}',            -- histograms, see Histogram.java
    runs          int[] not null default '{}',
    queued_max    bigint not null default 0,              -- of looks at the queues, each 10 s
    running_max   bigint not null default 0,
    running_sum   bigint not null default 0,
    primary key (owner, function_id, step, at)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create index activation_stat_age on activation_stat using brin (at);

-- The first write is the one that counts the submit: an insert cannot be told from an update otherwise, on partitions.
alter table activation add column writes int not null default 1;
