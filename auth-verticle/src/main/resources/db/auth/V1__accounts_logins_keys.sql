-- Owned by auth-service alone. Changes expand, then contract: replicas of two versions may run side by side.

create table account (
    id            text primary key,                       -- usr_…
    username      text not null unique,
    password_hash text not null,                          -- PHC string, $argon2id$…
    roles         text[] not null,
    created_at    timestamptz not null
);

-- One sign-in: the family that all refresh tokens descending from it belong to, and the "sid" of its access tokens.
create table login (
    sid           text primary key,
    user_id       text not null references account (id) on delete cascade,
    created_at    timestamptz not null,
    revoked_at    timestamptz,
    revoked_until timestamptz,                            -- no access token of it lives longer than this
    announced     boolean not null default false,         -- the outbox: has the revocation reached the bucket REVOKED?
    check ((revoked_at is null) = (revoked_until is null))
);
create index login_by_user on login (user_id);
create index login_to_announce on login (revoked_until) where revoked_at is not null and not announced;
create index login_revoked on login (revoked_until) where revoked_at is not null;

create table refresh_token (
    hash       bytea primary key,                         -- SHA-256; the token itself is never stored
    sid        text not null references login (sid) on delete cascade,
    expires_at timestamptz not null,
    rotated_at timestamptz                                -- set: its successor exists, and seeing it again is theft
);
create index refresh_token_by_login on refresh_token (sid);
create index refresh_token_by_expiry on refresh_token (expires_at);

-- ES256 key pairs, shared by all replicas. Every row verifies; the newest whose signs_from has come signs.
-- To rotate: insert a row with signs_from a few minutes ahead, delete the old one when its last token has expired.
create table signing_key (
    kid        text primary key,                          -- RFC 7638 thumbprint
    x          text not null,
    y          text not null,
    d          text not null,
    signs_from timestamptz not null
);
