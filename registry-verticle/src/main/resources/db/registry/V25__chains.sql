-- Destinations that call functions.
alter table destination add column function_id text collate "C";   -- of the definition; null: a webhook

-- The id of the activation that an attempt submits. It is stored before, so that a repeat after a crash makes no second one.
alter table delivery add column submit_id text collate "C";
