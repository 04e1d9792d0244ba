-- They are published every few seconds.
create index account_disabled on account (id) where state = 'disabled';
