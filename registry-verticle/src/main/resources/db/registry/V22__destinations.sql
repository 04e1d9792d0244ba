-- Where events go. The registry writes definitions, the dispatcher the health of each.
create table destination (
    id              text collate "C" primary key,         -- dst_…
    owner           text collate "C" not null,
    name            text collate "C" not null,            -- never changes
    version         int not null,                         -- of the definition: its entity tag
    spec            bytea not null,                       -- the definition, as JSON
    events          text[] not null,                      -- of the definition, for the search: types of events,
    functions       text[] not null,                      -- names or ids of functions,
    tags            jsonb not null,                       -- and tags
    max_in_flight   int not null,
    secrets         bytea not null,                       -- keys and headers
    kek             text,                                 -- id of the key that encrypted these; null: none did
    disabled        text,                                 -- why nothing is sent: user, gone or failing; null: it is
    failures        int not null default 0,               -- failed attempts since the last success
    failing_since   timestamptz,                          -- time of the first of them
    open_until      timestamptz,                          -- circuit: nothing is sent until then, then one attempt
    openings        int not null default 0,               -- of the circuit since the last success
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
create unique index destination_by_name on destination (owner, name);
create index destination_open on destination (open_until) where open_until is not null;

-- One event for one destination. Its key refuses a second one for the same event.
create table delivery (
    id             text collate "C" primary key,          -- dlv_…
    event_id       text collate "C" not null,             -- evt_ and the activation's id, or an id of its own
    destination_id text collate "C" not null,
    owner          text collate "C" not null,
    activation_id  text collate "C",                      -- of an end; else null
    type           text not null,
    data           jsonb,                                 -- of an event that no record has; null: an end, or a test
    state          text not null,                         -- pending, succeeded, failed or dropped
    reason         text,
    attempt        int not null default 0,                -- attempts since it was made or redelivered
    attempts       jsonb not null default '[]',           -- the newest ones
    due_at         timestamptz,                           -- of a pending one: of its next attempt; while one runs, its lease ends then
    created_at     timestamptz not null default now()
);
create unique index delivery_by_event on delivery (event_id, destination_id);
create index delivery_due on delivery (destination_id, due_at) where due_at is not null;
create index delivery_due_test on delivery (due_at) where due_at is not null and type = 'webhook.test';
create index delivery_by_owner on delivery (owner, id desc);
create index delivery_by_age on delivery (created_at);

-- Ends of activations that a schedule submitted or whose owner has destinations: the projector adds them, the dispatcher removes
-- what it has handled.
alter table tick_end rename to ended;
alter table ended rename column schedule_id to trigger_id;
alter table ended
    alter column trigger_id drop not null,
    add column owner text collate "C" not null default '',
    add column function_id text collate "C" not null default '',
    add column function_name text collate "C" not null default '',
    add column tags jsonb not null default '{}';
