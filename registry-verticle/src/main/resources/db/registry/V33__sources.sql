-- Messages on subjects of users that become activations. The registry writes definitions, the dispatcher what becomes of each.
create table source (
    id           text collate "C" primary key,            -- src_…: also the name of its consumer
    owner        text collate "C" not null,
    name         text collate "C" not null,               -- never changes
    function_id  text collate "C" not null,
    pinned       int,                                     -- revision of the function; null: the newest
    version      int not null,                            -- of the definition: its entity tag
    spec         bytea not null,                          -- the definition, as JSON
    seed         bytea not null,                          -- makes the ids of its activations
    state        text not null,                           -- active, paused or function_deleted
    progress     text not null default 'waiting',         -- of an active one: running, waiting or failing
    last_error   text,
    holder       text,                                    -- the dispatcher that runs it
    held_until   timestamptz,                             -- which others leave alone until then
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
create unique index source_by_name on source (owner, name);
create index source_by_function on source (function_id);
