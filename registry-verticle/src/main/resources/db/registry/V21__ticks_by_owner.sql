-- Owners take turns with what is to be submitted, and have a bound on it.
create index tick_pending on tick (owner, leased_until) where outcome in ('claimed', 'waiting', 'buffered');
-- Of a deleted user.
create index tick_by_owner on tick (owner);
