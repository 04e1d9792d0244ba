package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.output.Progress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Shows on a terminal why an activation has not started, or why there is no connection. */
final class WaitProgress implements AutoCloseable {
    private static final long POLL_NS = TimeUnit.SECONDS.toNanos(2);

    private final Api api;
    private final String path;
    private final BooleanSupplier isLineFree;
    private final long begin = System.nanoTime();
    private final AtomicBoolean asking = new AtomicBoolean();
    private final Progress progress;
    private volatile long nextQuestion = begin;
    private volatile boolean queued = true;
    private volatile String trouble = "";
    private volatile @Nullable Doc explanation;

    /** @param isLineFree whether the cursor of the terminal is at the beginning of a line */
    WaitProgress(Session session, Api api, String activationId, BooleanSupplier isLineFree) {
        this.api = api.retryFor(Duration.ZERO);
        this.path = ActivationPath.of(activationId, "explain");
        this.isLineFree = isLineFree;
        this.progress = session.output().progress(this::line);
    }

    void setQueued(boolean value) {
        queued = value;
    }

    /** @param text empty: there is contact */
    void setTrouble(String text) {
        trouble = text;
    }

    /** Called by the thread that shows it: not at all when nothing is shown. */
    private String line() {
        if (!isLineFree.getAsBoolean()) {
            return "";
        }
        if (!trouble.isEmpty()) {
            return trouble;
        }
        if (!queued) {
            return "";
        }
        if (System.nanoTime() >= nextQuestion && asking.compareAndSet(false, true)) {
            var question = new Thread(this::ask, "explain");
            question.setDaemon(true);
            question.start();
        }
        return text(Duration.ofNanos(System.nanoTime() - begin).toSeconds(), explanation);
    }

    private void ask() {
        try {
            explanation = api.get(path);
        } catch (Failure unknown) {
            // The wait itself says so when there is no contact.
        } finally {
            nextQuestion = System.nanoTime() + POLL_NS;
            asking.set(false);
        }
    }

    static String text(long seconds, @Nullable Doc explanation) {
        if (explanation == null) {
            return "queued %d s".formatted(seconds);
        }
        if (!explanation.text("status").equals("queued")) {
            return "%s %d s".formatted(explanation.text("status"), seconds);
        }
        var text = new StringBuilder("queued %d s".formatted(seconds));
        explanation.findNumber("queuedBefore").ifPresent(ahead -> text.append(", %d ahead".formatted(ahead)));
        var function = explanation.doc("function");
        return switch (explanation.text("why")) {
            case "about_to_start" -> text.toString();
            case "function_at_limit" ->
                text.append(", %s runs %d of %d"
                                .formatted(function.text("name"), function.number("running"), function.number("limit")))
                        .toString();
            default -> text.append(": ").append(explanation.text("detail")).toString();
        };
    }

    @Override
    public void close() {
        progress.close();
    }
}
