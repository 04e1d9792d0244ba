-- Owned by registry-service alone. Changes expand, then contract: replicas of two versions may run side by side.

create table function (
    id         text collate "C" primary key,              -- fn_…
    owner      text collate "C" not null,                 -- usr_…
    name       text collate "C" not null,                 -- never changes
    revision   int not null,                              -- the newest
    deleted_at timestamptz,                               -- a tombstone: its activations still name it
    retired    boolean not null default false             -- of a deleted one: its queue's consumer is gone too
);
create unique index function_by_name on function (owner, name) where deleted_at is null;
create index function_to_retire on function (deleted_at) where deleted_at is not null and not retired;

-- What a function was at each of its revisions; never changed.
create table function_revision (
    function_id text collate "C" not null references function (id),
    revision    int not null,
    body        bytea not null,                           -- the wire record, as it stands in the bucket FUNCTIONS
    primary key (function_id, revision)
);

-- The outbox: keys of the bucket FUNCTIONS that may say something else than the tables above.
create sequence function_change;
create table function_outbox (
    owner    text collate "C" not null,
    name     text collate "C" not null,
    change   bigint not null default nextval('function_change'),
    noted_at timestamptz not null default now(),
    primary key (owner, name)
);

-- The ledger: the last known state of every activation. Ids begin with the millisecond of their making, so one key is
-- primary key, order and partition. Partitions of a day are made by the program, a week ahead; DEFAULT takes the rest.
create table activation (
    id              text collate "C" primary key,
    owner           text collate "C" not null,
    function_id     text collate "C" not null,
    function_name   text collate "C" not null,
    status          text not null,
    submitted_at    timestamptz not null,
    finished_at     timestamptz,
    tags            jsonb not null,
    sequence        bigint not null,                      -- of the event this row comes from: only a later one replaces it
    record          bytea not null,                       -- the snapshot, without its order and its result's text
    argument        bytea,                                -- the order (specification and argument), for a replay
    argument_apart  boolean not null default false,       -- it lies in the object store
    result          bytea,                                -- what the final run wrote, to 64 KiB
    result_apart    boolean not null default false,
    result_text     boolean not null default false,       -- it is part of the public record
    log             bytea,
    log_apart       boolean not null default false,
    changed_at      timestamptz not null default now(),   -- when this state came to the ledger
    enqueued        boolean not null default false,       -- of a queued one: its command has been seen on the queue
    pruned          boolean not null default false        -- nothing of it is on the bus any more
) partition by range (id);
create table activation_default partition of activation default;

create index activation_by_owner on activation (owner, id desc);
create index activation_by_function on activation (owner, function_id, id desc);
create index activation_by_tag on activation using gin (tags jsonb_path_ops) where tags <> '{}';
create index activation_alive on activation (status, id) where finished_at is null;
create index activation_alive_by_function on activation (owner, function_id) where finished_at is null;
create index activation_to_prune on activation (finished_at) where finished_at is not null and not pruned;
