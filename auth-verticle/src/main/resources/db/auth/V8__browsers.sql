-- From it come the CSRF tokens of browsers' logins, and what their cookies are named after.
alter table setting add column browser_secret uuid not null default gen_random_uuid();
