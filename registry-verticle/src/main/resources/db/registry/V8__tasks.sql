-- Which registry runs a task that only one should run, and until when others leave it to that one.
create table task (
    name       text primary key,
    holder     text not null,
    held_until timestamptz not null
);
