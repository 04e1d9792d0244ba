-- Addresses to which senders send. The registry writes definitions; gateways follow the bucket HOOKS.
create table hook (
    id           text collate "C" primary key,            -- hk_…
    owner        text collate "C" not null,
    name         text collate "C" not null,               -- never changes
    function_id  text collate "C" not null,
    pinned       int,                                     -- revision of the function; null: the newest
    version      int not null,                            -- of the definition: its entity tag
    spec         bytea not null,                          -- the definition, as JSON
    secrets      jsonb,                                   -- of signatures, sealed for gateways; null: it has none
    path_hash    text not null,                           -- SHA-256 of the secret in its address
    old_hash     text,                                    -- of the one before the last rotation,
    old_until    timestamptz,                             -- which holds until then
    state        text not null,                           -- active, paused or function_deleted
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
create unique index hook_by_name on hook (owner, name);
create index hook_by_function on hook (function_id);

-- Keys of the bucket HOOKS that may say something else than the table above.
create sequence hook_change;
create table hook_outbox (
    id       text collate "C" primary key,
    change   bigint not null default nextval('hook_change'),
    noted_at timestamptz not null default now()
);

-- The last requests of each hook that submitted nothing.
create table hook_refusal (
    id          bigint generated always as identity primary key,
    hook_id     text collate "C" not null references hook on delete cascade,
    at          timestamptz not null,
    status      int not null,
    reason      text not null,
    delivery_id text
);
create index hook_refusal_by_hook on hook_refusal (hook_id, at desc, id desc);
