-- The id of the activation by which a delivery calls a function. It is stored before, so that a repeat after a crash makes no second one.
alter table delivery add column submit_id text collate "C";
