-- What ends an activation that nobody takes, and what is not kept for ever.

alter table activation add column expires_at timestamptz;     -- of a queued one: when its wait is over
update activation
    set expires_at = (convert_from(record, 'UTF8')::jsonb -> 'activation' ->> 'expiresAt')::timestamptz
    where status = 'queued';
create index activation_to_expire on activation (expires_at, id) where status = 'queued';

-- The rest of a deleted function is stopped in pages.
drop index activation_alive_by_function;
create index activation_alive_by_function on activation (owner, function_id, id) where finished_at is null;

-- Results (with the arguments that make them again) and logs go before their records.
create index activation_with_result on activation (finished_at)
    where finished_at is not null
    and (result is not null or result_apart or argument is not null or argument_apart);
create index activation_with_log on activation (finished_at)
    where finished_at is not null and (log is not null or log_apart);
