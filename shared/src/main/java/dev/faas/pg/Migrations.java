package dev.faas.pg;

import org.flywaydb.core.Flyway;

/** Flyway over JDBC, once at start: {@code classpath:db/<schema>} into the schema, its history table in it too. */
final class Migrations {
    private Migrations() {}

    /** Blocks. Returns the version that the schema has now. */
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
