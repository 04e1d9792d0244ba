# The Postgres image runs this when it creates its database: a role and a schema for each service that uses Postgres. Same as
# PostgresCluster does for the platform in one process.
# shellcheck shell=bash
psql --quiet --no-password -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\set auth `cat /run/secrets/pg-auth`
\set registry `cat /run/secrets/pg-registry`
CREATE ROLE faas_auth LOGIN PASSWORD :'auth';
CREATE ROLE faas_registry LOGIN PASSWORD :'registry';
REVOKE ALL ON DATABASE faas FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE faas TO faas_auth, faas_registry;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA auth AUTHORIZATION faas_auth;
CREATE SCHEMA registry AUTHORIZATION faas_registry;
ALTER ROLE faas_auth SET search_path = auth;
ALTER ROLE faas_registry SET search_path = registry;
SQL
