-- Schedules. The registry writes definitions, the dispatcher what is due; the clock of Postgres decides.
create table schedule (
    id          text collate "C" primary key,             -- sch_…
    owner       text collate "C" not null,
    name        text collate "C" not null,                -- never changes
    function_id text collate "C" not null,
    pinned      int,                                      -- revision of the function; null: the newest
    version     int not null,                             -- of the definition: its entity tag
    spec        bytea not null,                           -- the definition, as JSON
    state       text not null,                            -- active, paused, completed or function_deleted
    note        text not null,
    paused_at   timestamptz,                              -- of a paused one
    remaining   int,                                      -- submits until it is completed; null: any number
    created_at  timestamptz not null,                     -- whole second: periods may count from it
    updated_at  timestamptz not null,
    next_at     timestamptz,                              -- nominal time of the next tick; null: there is none
    due_at      timestamptz                               -- when that one is due: with its jitter
);
create unique index schedule_by_name on schedule (owner, name);
create index schedule_by_function on schedule (function_id);
create index schedule_due_by_owner on schedule (owner, due_at) where due_at is not null;
create index schedule_due on schedule (due_at) where due_at is not null;

-- A row for each time that was decided. It is written before its submit, and has the activation's id: so a crash repeats
-- neither the decision nor the submit.
create table tick (
    schedule_id   text collate "C" not null,
    nominal       timestamptz not null,
    kind          text not null,                          -- schedule, manual or backfill
    run           text collate "C" not null default '',   -- tells repeated manual ones and backfills apart
    owner         text collate "C" not null,
    outcome       text not null,                          -- claimed, waiting and buffered are not settled
    reason        text,
    activation_id text collate "C",
    due_at        timestamptz not null,
    late_ms       bigint,                                 -- of a fired one: from due to accepted
    leased_until  timestamptz,                            -- of claimed and waiting ones: then it is taken up again
    alive         boolean not null default false,         -- it is not settled, or its activation is not known to have ended
    times         int not null default 1,                 -- of a pause or an outage: so many times, from nominal
    until         timestamptz,                            -- to this one
    decided_at    timestamptz not null default now(),
    primary key (schedule_id, nominal, kind, run)
);
create index tick_alive on tick (schedule_id) where alive;
create index tick_leased on tick (leased_until) where leased_until is not null;
create index tick_buffered on tick (schedule_id) where outcome = 'buffered';
create index tick_by_activation on tick (activation_id) where activation_id is not null;
create index tick_by_age on tick (decided_at);

-- Ends of activations of ticks: the projector adds them, the dispatcher removes what it has handled.
create table tick_end (
    activation_id text collate "C" primary key,
    schedule_id   text collate "C" not null,
    status        text not null
);
