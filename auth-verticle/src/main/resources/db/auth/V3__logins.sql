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
