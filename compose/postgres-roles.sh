# The Postgres image runs this when it creates its database: a role and a schema for each service that uses Postgres. Same as
# PostgresCluster does for the platform in one process. A database of an older version gets the functions of the audit log by
# `docker compose exec postgres bash /docker-entrypoint-initdb.d/roles.sh` and a restart of auth-service.
# shellcheck shell=bash
psql --quiet --no-password -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\set auth `cat /run/secrets/pg-auth`
\set registry `cat /run/secrets/pg-registry`
SELECT to_regrole('faas_auth') IS NULL AS new \gset
\if :new
CREATE ROLE faas_auth LOGIN PASSWORD :'auth';
CREATE ROLE faas_registry LOGIN PASSWORD :'registry';
REVOKE ALL ON DATABASE faas FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE faas TO faas_auth, faas_registry;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA auth AUTHORIZATION faas_auth;
CREATE SCHEMA registry AUTHORIZATION faas_registry;
ALTER ROLE faas_auth SET search_path = auth;
ALTER ROLE faas_registry SET search_path = registry;
\endif
-- A service gives its audit log to a role that nobody can log in with. Then it can add rows and read them, but neither change
-- nor remove them. take_audit runs as the superuser and so must run no code of a service; prune_audit does, by triggers.
SELECT to_regrole('faas_auth_audit') IS NULL AS new \gset
\if :new
CREATE ROLE faas_auth_audit NOLOGIN;
CREATE SCHEMA keeper;
GRANT USAGE ON SCHEMA keeper TO faas_auth;
CREATE FUNCTION keeper.take_audit() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('keeper'));
  EXECUTE format('ALTER SCHEMA auth OWNER TO %I', current_user);
  GRANT USAGE, CREATE ON SCHEMA auth TO faas_auth;
  GRANT USAGE ON SCHEMA auth TO faas_auth_audit;
  ALTER TABLE auth.audit OWNER TO faas_auth_audit;
  REVOKE ALL ON auth.audit FROM faas_auth;
  GRANT INSERT, SELECT ON auth.audit TO faas_auth;
END $$;
CREATE FUNCTION keeper.prune_audit() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.audit WHERE at < now() - interval '400 days';
END $$;
ALTER FUNCTION keeper.prune_audit() OWNER TO faas_auth_audit;
\endif
SQL
