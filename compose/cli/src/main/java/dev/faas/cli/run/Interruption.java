package dev.faas.cli.run;

import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.ControlCharacters;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Says on Ctrl-C how to go on with an activation, or cancels it. The JVM ends with 128 + signal. A shutdown hook, because the
 * JDK has no other supported way to notice a signal.
 */
final class Interruption implements AutoCloseable {
    /** What Ctrl-C does to the activation. */
    enum Action {
        detach,
        cancel
    }

    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(5);

    private final Session session;
    private final Api api;
    private final Action action;
    private final Thread hook = new Thread(this::interrupted, "interrupted");
    /** Its holder prints. The hook never returns it, so that nothing is printed that the text does not count. */
    private final ReentrantLock printing = new ReentrantLock();

    private volatile @Nullable String activationId;
    private volatile String printedUpTo;
    private volatile boolean queued;

    /** @param after id of the last event that was printed by an earlier command; empty: none */
    Interruption(Session session, Api api, Action action, String after) {
        this.session = session;
        this.api = api;
        this.action = action;
        this.printedUpTo = after;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    void submitted(String id) {
        activationId = id;
    }

    void setQueued(boolean value) {
        queued = value;
    }

    /** Prints an event as a whole or, after an interruption, not at all. */
    void print(String eventId, Runnable print) {
        printing.lock();
        try {
            print.run();
            if (!eventId.isEmpty()) {
                printedUpTo = eventId;
            }
        } finally {
            printing.unlock();
        }
    }

    @Override
    public void close() {
        ended();
    }

    /** The wait is over: an interruption from now on needs no text. */
    void ended() {
        printing.lock();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException atThisMoment) {
            // The JVM is shutting down, and the hook waits for the lock.
        } finally {
            printing.unlock();
        }
    }

    private void interrupted() {
        boolean isFree;
        try {
            isFree = printing.tryLock(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            isFree = false;
        }
        var start = session.terminal().err() ? "\n" : "";
        var text = ControlCharacters.escape(start + text() + "\n");
        if (isFree) {
            session.output().streams().err(text);
        } else {
            // Nobody reads stdout: the thread that waits for a reader holds the lock of the streams.
            System.err.print(text);
        }
    }

    private String text() {
        var id = activationId;
        if (id == null) {
            return "interrupted while submitting: it may have been accepted. See: faas ps";
        }
        if (action == Action.detach) {
            return howToGoOn(id);
        }
        try {
            api.retryFor(CANCEL_LIMIT)
                    .document(Request.of("DELETE", ActivationPath.of(id)).readLimit(CANCEL_LIMIT));
            return id + " is being cancelled.";
        } catch (Failure e) {
            return "cannot cancel: " + e.text() + "\n" + howToGoOn(id);
        }
    }

    private String howToGoOn(String id) {
        var after = printedUpTo.isEmpty() ? "" : " --after " + printedUpTo;
        return """
                still %s.
                Resume: faas attach %s%s
                Stop: faas activation cancel %s""".formatted(queued ? "queued" : "running", id, after, id);
    }
}
