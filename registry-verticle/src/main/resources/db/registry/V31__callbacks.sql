-- implicit: for the callbacks of submits with a URL, one an origin. It has no definition of its user, and selects no events.
alter table destination add column implicit boolean not null default false;
-- The URL of a callback; null: that of the destination.
alter table delivery add column url text;
-- Where an end goes besides the destinations that select it: of the submit's callback and of the function's revision.
alter table ended add column targets jsonb;

-- Signs callbacks with a URL.
create table callback_secret (
    owner      text collate "C" primary key,
    secrets    bytea not null,
    kek        text,                                      -- id of the key that encrypted them; null: none did
    updated_at timestamptz not null
);
