-- pauses: FunctionPauses as JSON; null: it has never been paused.
alter table function add column paused boolean not null default false;
alter table function add column pauses bytea;
