-- A list of activations that ended, or wait, for one reason. Rows of an earlier version have none.
alter table activation add column reason text;
create index activation_by_reason on activation (owner, reason, id desc) where reason is not null;
