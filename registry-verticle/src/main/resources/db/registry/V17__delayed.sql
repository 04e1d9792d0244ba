-- Activations that are not due yet: the projector adds and removes rows, the dispatcher removes those whose command it has put.
-- Beside the ledger, so that what is due is found without an index on every activation.
create table delayed (
    id          text collate "C" primary key,
    owner       text collate "C" not null,
    function_id text collate "C" not null,
    not_before  timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0.02);
create index delayed_by_owner on delayed (owner, not_before);
create index delayed_by_time on delayed (not_before);
