-- What is kept of an owner's activations, as it was measured last: only of owners with a limit of it (storedMb).
alter table quota add column stored_bytes bigint not null default 0;
