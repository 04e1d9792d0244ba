-- Of a tick that a user asked for, and that waits for the dispatcher: what to do while another activation is alive.
alter table tick add column overlap text;

-- The release of the time zone data by which the next times of schedules were computed last. At most one row.
create table zone_data (
    single  bool primary key default true check (single),
    release text not null
);
