package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Event;
import dev.faas.cli.http.EventReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Prints the output of an activation as it arrives, each byte once, until the activation has ended. What the event stream does
 * not keep any more comes from the stored result and log.
 */
final class LiveOutput {
    private final Session session;
    private final Api api;
    private final String id;
    private final String after;
    private final CommandOutput output;
    private final Interruption interruption;
    /** The state of the attempt whose output is printed. */
    private @Nullable Doc attempt;

    private @Nullable Doc latest;
    private boolean startsAgain;
    /** Whether the sinks have counted the attempt from its beginning. */
    private boolean isCounted;

    /** @param after id of the last event that is not wanted again; empty: all are wanted */
    LiveOutput(Session session, Api api, String id, String after, CommandOutput output, Interruption interruption) {
        this.session = session;
        this.api = api;
        this.id = id;
        this.after = after;
        this.output = output;
        this.interruption = interruption;
        this.isCounted = after.isEmpty();
    }

    /** Returns how it ended. */
    Outcome follow() throws InterruptedException {
        try (var progress = new WaitProgress(session, api, id, output::isAtLineStart)) {
            new EventReader(api, id, after, progress::setTrouble)
                    .read(event -> interruption.print(event.id(), () -> print(event, progress)));
        }
        interruption.ended();
        var outcome = new Outcome(latest == null ? api.get(ActivationPath.of(id)) : latest);
        if (!outcome.hasEnded()) {
            throw new Failure(
                    Exit.UNAVAILABLE, "the event stream of %s ended before the activation".formatted(id), "Try again.");
        }
        printRest(outcome);
        output.finish();
        if (output.isBinary()) {
            session.output().note("faas: binary output was left out: this is a terminal. --raw prints it.");
        }
        outcome.truncations().forEach(text -> session.output().note("faas: " + text));
        return outcome;
    }

    private void print(Event event, WaitProgress progress) {
        switch (event.type()) {
            case "state" -> state(parse(event), progress);
            case "output" -> output.out().write(bytes(parse(event)));
            case "log" -> output.err().write(bytes(parse(event)));
            default -> {}
        }
    }

    private void state(Doc state, WaitProgress progress) {
        latest = state;
        var status = state.text("status");
        progress.setQueued(status.equals("queued"));
        interruption.setQueued(status.equals("queued"));
        if (status.equals("queued") && (attempt != null || !after.isEmpty())) {
            startsAgain = true;
        } else if (status.equals("running")) {
            running(state);
        }
    }

    /** The server repeats this state while an attempt runs. Only one that follows {@code queued} is another attempt. */
    private void running(Doc state) {
        if (startsAgain) {
            startsAgain = false;
            if (attempt != null || state.number("attempt") > 1) {
                announceAttempt(state);
            }
            output.restart();
            isCounted = true;
        }
        attempt = state;
    }

    private void announceAttempt(Doc state) {
        var written = output.out().received() > 0 ? " What it had written to stdout before cannot be withdrawn." : "";
        session.output()
                .note("%sfaas: the command starts again: attempt %d.%s"
                        .formatted(output.isAtLineStart() ? "" : "\n", state.number("attempt"), written));
    }

    /** The event stream keeps output for some minutes after the end only. */
    private void printRest(Outcome outcome) throws InterruptedException {
        long result = outcome.record().number("resultBytes");
        long log = outcome.record().number("logBytes");
        if (!isCounted) {
            if (result + log > 0 && isPruned()) {
                throw new Failure(
                        Exit.UNAVAILABLE,
                        "the output after event %s is no longer in the event stream".formatted(after),
                        "All output: faas attach " + id);
            }
            return;
        }
        if (output.err().received() < log) {
            StoredOutput.log(api, id).copy(output.err().received(), output.err()::write);
        }
        if (output.out().received() < result) {
            StoredOutput.result(api, id).copy(output.out().received(), output.out()::write);
        }
    }

    /** Whether only the terminal state is left. */
    private boolean isPruned() throws InterruptedException {
        var first = new AtomicReference<@Nullable Doc>();
        new EventReader(api, id, "", trouble -> {}).read(event -> first.compareAndSet(null, parse(event)));
        var state = first.get();
        return state == null || new Outcome(state).hasEnded();
    }

    static Doc parse(Event event) {
        try {
            return Doc.parse(event.data());
        } catch (IOException e) {
            throw new UncheckedIOException("event " + event.id() + " is no JSON", e);
        }
    }

    static byte[] bytes(Doc piece) {
        return piece.find("base64")
                .map(text -> Base64.getDecoder().decode(text))
                .orElseGet(() -> piece.text("text").getBytes(StandardCharsets.UTF_8));
    }
}
