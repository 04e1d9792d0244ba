-- What is still to be done about an activation is not in its row, so that no version of the wide row is written for it. The
-- columns "pruned" and "enqueued" and the index activation_to_prune are for registries of the previous version; a later one
-- drops them. Rows whose end this version has written count as pruned in the column.

create table activation_unpruned (                        -- ended; may still have events in the stream
    finished_at timestamptz not null,
    id          text collate "C" not null,
    sequence    bigint not null,                          -- of the terminal event
    primary key (finished_at, id)
) with (autovacuum_vacuum_scale_factor = 0.02);

create table activation_enqueued (                        -- queued; its command has been seen on the queue
    id       text collate "C" primary key,
    sequence bigint not null                              -- of the state for which it was seen
);
