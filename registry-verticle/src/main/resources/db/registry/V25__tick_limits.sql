-- How often it runs while it is active: a limit holds for all of an owner's together.
alter table schedule add column ticks_per_hour int not null default 0;

-- Kept for a day only: a function that runs for long makes one each time.
create index tick_skipped on tick (decided_at) where outcome = 'skipped_overlap';

-- Repeats of a request are found by its key, at any time of the schedule.
create index tick_asked on tick (schedule_id, run) where run <> '';

-- What explains a time that is in a pause or an outage, and lists of one outcome, do not read the schedule's whole history.
create index tick_spans on tick (schedule_id, nominal) where until is not null;
create index tick_by_outcome on tick (schedule_id, outcome, nominal);
