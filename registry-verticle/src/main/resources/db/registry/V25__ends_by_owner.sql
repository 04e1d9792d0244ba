-- Owners take turns when ends are handed on.
create index ended_by_owner on ended (owner, activation_id);
