-- Lists of what one schedule has submitted. Only partitions that are made from now on have the index: it is not built over
-- rows of which none has a trigger, and lists begin with the schedule's creation.
alter table activation add column trigger_id text collate "C";
create index activation_by_trigger on only activation (owner, trigger_id, id desc) where trigger_id is not null;
