-- Events other than ends, on their way to the feeds of their owners.
create table feed_event (
    number bigint generated always as identity primary key,
    owner  text collate "C" not null,
    type   text not null,
    data   jsonb not null,
    at     timestamptz not null default now()
);
