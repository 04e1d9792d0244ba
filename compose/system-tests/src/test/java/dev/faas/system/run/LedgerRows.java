package dev.faas.system.run;

import dev.faas.standalone.Platform;
import dev.faas.testing.Await;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

/** Reads and changes the ledger's tables of a running platform: values that the API does not show, and times in the past. */
final class LedgerRows {
    static final String IS_PRUNED = "not exists (select from activation_unpruned u where u.id = activation.id)";

    private final String url;
    private final String user;
    private final String password;

    LedgerRows(Platform platform) {
        var settings = platform.settingsOf("registry");
        url = "jdbc:" + settings.get("FAAS_PG_URL").replace("postgres:", "postgresql:");
        user = settings.get("FAAS_PG_USER");
        password = settings.get("FAAS_PG_PASSWORD");
    }

    /** A column of one activation's row, as text. */
    String of(String activation, String column) throws SQLException {
        return run("select " + column + " from activation where id = '" + activation + "'");
    }

    void await(String activation, String column, String value, Duration limit) throws SQLException {
        Await.until(
                column + " of " + activation + ": " + value,
                limit,
                () -> of(activation, column).equals(value));
    }

    /** Moves its end into the past. */
    void age(String activation, Duration more) throws SQLException {
        run("update activation set finished_at = finished_at - interval '" + more.toSeconds() + " seconds' where id = '"
                + activation + "' returning id");
    }

    private String run(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url, user, password)) {
            connection.setSchema("registry");
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                return rows.next() ? String.valueOf(rows.getString(1)) : "";
            }
        }
    }
}
