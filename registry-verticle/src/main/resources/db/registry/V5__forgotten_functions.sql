-- Deleted functions that nothing names any more.
create index function_to_forget on function (deleted_at) where retired;
