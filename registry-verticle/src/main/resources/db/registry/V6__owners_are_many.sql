-- Where one owner has nearly all of a partition, a plan for any owner would read through everybody's rows to find one's few.
-- The planner is told that owners are many; the program says so of the partitions it makes.
do $$
declare
    part regclass;
begin
    for part in select inhrelid::regclass from pg_inherits where inhparent = 'activation'::regclass loop
        execute format('alter table %s alter column owner set (n_distinct = 1000)', part);
    end loop;
end $$;
