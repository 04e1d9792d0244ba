-- The private value is encrypted with a key that the database does not have; then d is null.
alter table signing_key
    alter column d drop not null,
    add column d_wrapped bytea,
    add column kek       text,                            -- id of the key that encrypted it
    add constraint signing_key_has_private_value check ((d is null) = (d_wrapped is not null and kek is not null));
