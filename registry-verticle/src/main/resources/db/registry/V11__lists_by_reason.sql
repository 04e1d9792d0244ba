-- A list of activations that ended, or wait, for one reason. Rows that a registry of the previous version writes have none.
alter table activation add column reason text;
create index activation_by_reason on activation (owner, reason, id desc) where reason is not null;

create function reason_of(record bytea) returns text language plpgsql as $$
begin
    return convert_from(record, 'UTF8')::jsonb -> 'report' ->> 'reason';
exception when others then
    return null; -- a row that cannot be read
end $$;
update activation set reason = reason_of(record)
    where finished_at is not null and status in ('failed', 'timed_out', 'cancelled', 'expired');
drop function reason_of;
