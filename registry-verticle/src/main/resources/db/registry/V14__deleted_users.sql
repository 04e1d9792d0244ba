-- Users that auth has deleted. A row comes before what it removes, since the bucket REVOKED forgets after a day.
create table deleted_user (
    id         text collate "C" primary key,              -- usr_…
    noted_at   timestamptz not null default now(),
    checked_at timestamptz not null default now(),        -- they are looked at in turns
    removed_at timestamptz                                -- nothing of the user is left
);
create index deleted_user_to_remove on deleted_user (checked_at) where removed_at is null;
