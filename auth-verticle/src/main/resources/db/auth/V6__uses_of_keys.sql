-- To a minute, and no more than a hint: a message that is lost leaves an earlier time.
alter table api_key
    add column last_used_at   timestamptz,
    add column last_used_from text;                       -- address of the client
