-- Failures of logins. The key is a digest: of the name, or of the name and an address that the account has logged in from.
create table login_failure (
    key        bytea primary key,
    failures   integer not null,
    next_at    timestamptz not null,                      -- no attempt before it, once there are five failures
    expires_at timestamptz not null                       -- then the counter begins again
);
create index login_failure_by_expiry on login_failure (expires_at);

-- Addresses that users have logged in from: an IPv4 address, or an IPv6 network of 64 bits.
create table known_address (
    user_id text not null references account (id) on delete cascade,
    prefix  text not null,
    last_ok timestamptz not null,
    primary key (user_id, prefix)
);
create index known_address_by_prefix on known_address (prefix, last_ok);

-- What a user sees of a login. Null in logins of earlier versions; the service sets ends_at.
alter table login
    add column last_used_at timestamptz,                  -- of the last login or refresh
    add column ends_at      timestamptz,                  -- whatever is refreshed
    add column address      text,
    add column client       text,                         -- User-Agent
    add column via          text;
create index login_by_end on login (ends_at) where revoked_at is null;

create table api_key (
    id         text primary key,                          -- key_…
    hash       bytea not null unique,                     -- SHA-256; the key itself is never stored
    user_id    text not null references account (id) on delete cascade,
    project_id text not null,                             -- the only one that it reaches; the user's own
    name       text not null,
    scopes     text[] not null,
    hint       text not null,                             -- its first characters
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index api_key_by_user on api_key (user_id, created_at);
create index api_key_by_expiry on api_key (expires_at);

-- Changes of buckets that are stored here and perhaps not there yet; null deletes the entry.
create table bus_outbox (
    bucket text not null,
    key    text not null,
    change text,
    primary key (bucket, key)
);

-- However a key goes, also with its account: no verifier may go on taking it.
create function withdraw_api_key() returns trigger language plpgsql set search_path from current as $$
begin
    insert into bus_outbox (bucket, key, change) values ('APIKEYS', encode(old.hash, 'hex'), null)
    on conflict (bucket, key) do update set change = null;
    return null;
end $$;
create trigger api_key_withdrawn after delete on api_key for each row execute function withdraw_api_key();
