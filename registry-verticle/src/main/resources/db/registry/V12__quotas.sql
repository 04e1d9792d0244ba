-- What an admin allows one owner instead of the defaults. It is written to the bucket USAGE, which gateways follow.
create table quota (
    owner   text collate "C" primary key,
    limits  jsonb not null,               -- only what differs from the defaults; null: no limit
    pending boolean not null default true -- the bucket may say something else
);
create index quota_pending on quota (owner) where pending;

-- Of run specification and output, as they are in the event stream until they are pruned. 0 in rows of an earlier version.
alter table activation add column event_bytes bigint not null default 0;
