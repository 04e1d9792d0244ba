-- A reset code is void when the admin who made it is none any more. Null: made by the program admin.
alter table reset_code add column created_by text references account (id) on delete cascade;

-- Whether an admin has set the registration. If not, a value that the environment gives wins.
alter table setting add column chosen boolean not null default false;
update setting set chosen = exists (select from audit where action = 'settings.update');
