package dev.faas.pg;

import org.flywaydb.core.Flyway;

/** Migrates a schema at start with Flyway over JDBC, from {@code classpath:db/<schema>}; its history table is in the same schema. */
final class Migrations {
    private Migrations() {}

    /** Blocks. Returns the schema's version afterwards. */
    static String run(PgConfig config) {
        var flyway = Flyway.configure()
                .dataSource(config.jdbcUrl(), config.user(), config.password().value())
                .defaultSchema(config.schema())
                .schemas(config.schema())
                .locations("classpath:db/" + config.schema())
                .failOnMissingLocations(true)
                .load();
        flyway.migrate();
        var current = flyway.info().current();
        return current == null || current.getVersion() == null
                ? "none"
                : current.getVersion().getVersion();
    }
}
