-- An account is never removed: its name stays taken, and the audit log goes on naming it.
alter table account
    alter column password_hash drop not null,              -- null: none yet, or deleted
    add column state text not null default 'active' check (state in ('active', 'disabled', 'deleted')),
    add column last_login_at timestamptz,
    add column tokens_from timestamptz,                    -- access tokens that were issued earlier are void
    add column cut_announced boolean not null default true; -- the outbox: has tokens_from reached the bucket REVOKED?
create index account_cut_to_announce on account (id) where not cut_announced;

-- One row, whose lock puts in order what concerns all accounts: the first registration, and the last admin.
create table setting (
    one              boolean primary key default true check (one),
    registration     text check (registration in ('open', 'first', 'invitation', 'closed')), -- null: as the environment says
    first_started_at timestamptz not null default now()
);
-- A platform that had accounts before it had this setting stays as it was.
insert into setting (registration) select case when exists (select from account) then 'open' end;

create table invitation (
    id         text primary key,                           -- inv_…
    code_hash  bytea not null unique,                      -- SHA-256; the code itself is never stored
    username   text,
    admin      boolean not null,
    created_by text not null references account (id),
    created_at timestamptz not null,
    expires_at timestamptz not null
);

create table reset_code (
    user_id    text primary key references account (id) on delete cascade, -- a new code replaces the one before
    code_hash  bytea not null unique,
    expires_at timestamptz not null
);

-- The service gives this table away at its start (AuditStore), and may only add rows and read them afterwards.
create table audit (
    seq        bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    actor      text not null,                              -- usr_…, anonymous or operator
    via        text not null,                              -- sid_…, none or terminal
    action     text not null,
    target     text,
    project    text,
    outcome    text not null,
    address    text,
    request_id text,
    changes    jsonb not null
);
create index audit_by_time on audit (at);
