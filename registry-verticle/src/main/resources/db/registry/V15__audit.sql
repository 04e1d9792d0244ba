-- The service gives this table away at its start (AuditStore), and may only add rows and read them afterwards.
create table audit (
    seq        bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    actor      text not null,                              -- usr_… or platform
    via        text not null,                              -- sid_…, key_… or none
    action     text not null,
    target     text,                                       -- fn_…, usr_… or the name of a secret
    project    text,
    outcome    text not null,
    address    text,
    request_id text,
    changes    jsonb not null
);
create index audit_by_time on audit (at);
