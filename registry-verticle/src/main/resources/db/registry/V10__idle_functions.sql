-- Functions that are deleted when nobody calls them for a while. A registry of the previous version does not know
-- idle_due_at: a time that it leaves behind is compared with the newest revision before anything is deleted.
alter table function add column idle_due_at timestamptz;               -- when to look at it; null: never
alter table function add column drained boolean not null default false; -- of a deleted one: what was accepted still runs
create index function_idle on function (idle_due_at) where idle_due_at is not null and deleted_at is null;
