-- Bulk work in the background. The registry adds rows, the dispatcher works on them, a page at a time.
create table job (
    id           text collate "C" primary key,            -- job_…
    owner        text collate "C" not null,
    action       text not null,                           -- cancel, replay, redeliver, redrive or dismiss
    filter       jsonb not null,                          -- what it works on, of what was submitted before created_at
    state        text not null,                           -- running, stopping, completed or stopped
    matched      int not null,                            -- by the filter, when it was made
    done         int not null default 0,
    failed       int not null default 0,
    batch_id     text collate "C",                        -- of what it submits; null: it submits nothing
    key          text collate "C",                        -- Idempotency-Key of its request
    hidden_until timestamptz not null,                    -- what ended before is about to be removed
    created_at   timestamptz not null,
    ended_at     timestamptz,
    after_id     text collate "C" not null default '',    -- the last id of its pages
    page         jsonb,                                   -- ids that it works on now, with their indexes in the batch
    next_index   int not null default 0,
    due_at       timestamptz not null default now(),      -- of its next page
    leased_until timestamptz                              -- while a dispatcher has it
);
create unique index job_by_key on job (owner, key) where key is not null;
create index job_by_owner on job (owner, id desc);
create index job_due on job (due_at) where ended_at is null;
create index job_open on job (owner) where ended_at is null;
create index job_by_age on job (ended_at);

-- Of what ended without success: null as long as it is a dead letter, false once it was re-driven or dismissed. Only partitions
-- that are made from now on have the index: the rows of older ones are found by their status.
alter table activation add column dead_letter boolean;
alter table activation add column redriven_as text collate "C"; -- the activation that a re-drive submitted
create index activation_dead_letter on only activation (owner, status, id desc)
    where dead_letter is null and status in ('failed', 'timed_out', 'expired');
