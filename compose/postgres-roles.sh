# The Postgres image runs this when it creates its database: a role and a schema for each service that uses Postgres. Same as
# PostgresCluster does for the platform in one process. A database of an older version gets the functions of the audit logs by
# `docker compose exec postgres bash /docker-entrypoint-initdb.d/roles.sh` and a restart of auth-service and registry-service.
# The same after a change of FAAS_AUDIT_RETENTION, which a service cannot change: it removes no younger row.
# shellcheck shell=bash
psql --quiet --no-password -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\set retention `printf %s "${FAAS_AUDIT_RETENTION:-400d}"`
SET intervalstyle = postgres;
SELECT set_config('faas.audit_retention', greatest((:'retention')::interval, '1 day')::text, false) AS retention \gset
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
-- nor remove them, nor choose their number and time. take_…_audit runs as the superuser and so must run no code of a service; prune_…_audit does, by triggers.
CREATE SCHEMA IF NOT EXISTS keeper;
DO $do$
DECLARE
  service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['auth', 'registry'] LOOP
    IF to_regrole(format('faas_%s_audit', service)) IS NULL THEN
      EXECUTE format('CREATE ROLE faas_%s_audit NOLOGIN', service);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA keeper TO faas_%s', service);
    EXECUTE format($sql$
CREATE OR REPLACE FUNCTION keeper.take_%1$s_audit() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('keeper'));
  EXECUTE format('ALTER SCHEMA %1$s OWNER TO %%I', current_user);
  GRANT USAGE, CREATE ON SCHEMA %1$s TO faas_%1$s;
  GRANT USAGE ON SCHEMA %1$s TO faas_%1$s_audit;
  ALTER TABLE %1$s.audit OWNER TO faas_%1$s_audit;
  REVOKE ALL ON %1$s.audit FROM faas_%1$s;
  GRANT SELECT, INSERT (actor, via, action, target, project, outcome, address, request_id, changes) ON %1$s.audit TO faas_%1$s;
END $$$sql$, service);
    EXECUTE format($sql$
DROP FUNCTION IF EXISTS keeper.prune_%1$s_audit();
CREATE FUNCTION keeper.prune_%1$s_audit() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  removed int;
BEGIN
  DELETE FROM %1$s.audit WHERE seq IN (SELECT seq FROM %1$s.audit WHERE at < now() - interval %2$L ORDER BY at LIMIT 10000);
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$$sql$, service, current_setting('faas.audit_retention'));
    EXECUTE format('ALTER FUNCTION keeper.prune_%1$s_audit() OWNER TO faas_%1$s_audit', service);
  END LOOP;
END $do$;
SQL
