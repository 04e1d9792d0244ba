package dev.faas.pg;

import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Distinguishes a Postgres that is unreachable, overloaded or restarting from a statement that is wrong. */
final class Unavailable {
    /** Classes of SQLSTATE (Postgres manual, appendix A): connection, insufficient resources, operator intervention. */
    private static final Set<String> CLASSES = Set.of("08", "53", "57");

    /** Wrong credentials, or no such database: waiting does not help. */
    private static final Set<String> REFUSALS = Set.of("28", "3D");

    /** Caused by the values: data exceptions and violated constraints. */
    private static final Set<String> VALUES = Set.of("22", "23");

    private Unavailable() {}

    static boolean matches(Throwable failure) {
        return switch (failure) {
            case PgException refusal -> hasClass(refusal, CLASSES);
            case IOException unreachable -> true;
            case ClosedConnectionException closed -> true;
            case ConnectionPoolTooBusyException busy -> true;
            case TimeoutException late -> true;
            // Vert.x has no type for "no connection in time", and none for a connection that broke just before its use.
            case VertxException other -> isPoolTimeout(other);
            default -> false;
        };
    }

    static boolean isAccessDenied(PgException refusal) {
        return hasClass(refusal, REFUSALS);
    }

    static boolean isInvalidValue(PgException refusal) {
        return hasClass(refusal, VALUES);
    }

    private static boolean hasClass(PgException refusal, Set<String> classes) {
        var state = refusal.getSqlState();
        return state != null && state.length() == 5 && classes.contains(state.substring(0, 2));
    }

    private static boolean isPoolTimeout(VertxException failure) {
        var message = failure.getMessage();
        return message != null && (message.startsWith("Timeout") || message.startsWith("Connection is not active"));
    }
}
