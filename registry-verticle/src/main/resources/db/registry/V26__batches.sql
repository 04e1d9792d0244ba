-- Activations that were submitted together. The row is stored before the first item: its seed makes the ids of all items.
create table batch (
    id            text collate "C" primary key,           -- bat_…
    owner         text collate "C" not null,
    function_id   text collate "C" not null,
    function_name text collate "C" not null,
    revision      int not null,                           -- of all items
    state         text not null,                          -- open, closed or incomplete
    size          int,                                    -- null: not known yet
    accepted      int,                                    -- as the gateway counted them; null: it has not
    rejected      int,
    seed          bytea not null,
    key           text collate "C",                       -- Idempotency-Key of its request
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now(),     -- of the state
    ended_at      timestamptz,                            -- no item is alive any more
    announced     text                                    -- what the last event batch.ended said: state and items
);
create unique index batch_by_key on batch (owner, function_id, key) where key is not null;
create index batch_by_owner on batch (owner, id desc);
create index batch_alive on batch (owner) where ended_at is null;
create index batch_to_end on batch (id) where ended_at is null;
create index batch_by_age on batch (ended_at);

-- All items of a batch have its time in their ids, so they are one range of the primary key. Only partitions that are made
-- from now on have the index, which counts them without their rows.
alter table activation add column batch_id text collate "C";
alter table activation add column batch_content text;     -- identifies what was submitted
create index activation_by_batch on only activation (batch_id, id) include (status) where batch_id is not null;
