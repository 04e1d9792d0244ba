package dev.faas.registry;

import dev.faas.lifecycle.Blocking;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * Lets one registry at a time run a task. A row names the registry that has the task, and the time until which others leave it
 * to that one; meanwhile it occupies no connection. A registry keeps a task until it stops, the task fails, or it has not
 * renewed its rows for 10 s. After a long outage two may run a task at the same time: it must be harmless to repeat.
 */
final class TaskStore {
    /** Several times within the time that a task is held. */
    static final Duration RENEW_PAUSE = Duration.ofSeconds(3);

    private static final String UNTIL = "now() + interval '10 s'";

    private final Pg pg;
    private final String holder = UUID.randomUUID().toString();

    TaskStore(Pg pg) {
        this.pg = pg;
    }

    /** Runs the task unless another registry has it; false then. Blocks. */
    boolean runIfMine(String task, Callable<Boolean> run) throws Exception {
        if (!Blocking.await(take(task))) {
            return false;
        }
        try {
            return run.call();
        } catch (Exception e) {
            // Another registry may succeed. If this fails too, the row expires.
            var unused = execute("delete from task where holder = $1 and name = $2", Tuple.of(holder, task));
            throw e;
        }
    }

    /** A time too far ahead dates from before the clock of Postgres was set back: the row has expired. */
    private Future<Boolean> take(String task) {
        return pg.update(
                        "insert into task (name, holder, held_until) values ($1, $2, "
                                + UNTIL
                                + ") on conflict (name) do update set holder = $2, held_until = excluded.held_until"
                                + " where task.holder = $2 or task.held_until not between now() and excluded.held_until",
                        Tuple.of(task, holder))
                .map(taken -> taken == 1);
    }

    /** A run may take longer than its task is held. */
    Future<Void> renewAll() {
        return execute("update task set held_until = " + UNTIL + " where holder = $1", Tuple.of(holder));
    }

    /** For an orderly stop: other registries need not wait. */
    Future<Void> releaseAll() {
        return execute("delete from task where holder = $1", Tuple.of(holder));
    }

    private Future<Void> execute(String sql, Tuple values) {
        return pg.update(sql, values).mapEmpty();
    }
}
