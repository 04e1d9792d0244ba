-- While a dispatcher has it, until then; due_at alone does not tell that from the wait for a retry.
alter table delivery add column leased_until timestamptz;
create index delivery_by_destination on delivery (destination_id, id desc);
create index delivery_unhappy on delivery (owner, state, id desc) where state in ('failed', 'dropped');
