package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.output.Durations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Calls a function. */
@Command(
        name = "invoke",
        description = {
            "Call a function and print its result.",
            "The argument becomes the last word of the function's command line: at most 131,071 bytes of UTF-8, taken as it is, so a newline at its end stays. The result is what the command wrote to stdout, up to the function's --result-size; a terminal gets a newline at its end if there is none.",
            "If the machine that runs it is lost, it starts again on another, unless the function has --delivery=at-most-once."
        },
        footer = {
            "",
            "Examples:",
            "  faas invoke factor 1000000016000000063",
            "  faas invoke resize@3 --file picture.json --output-file result.json",
            "  date | faas invoke report --async -",
            "  faas invoke report --delay 10m --async",
            "  faas invoke resize --batch pictures.txt",
            "  faas invoke report --async --callback https://erp.example/done",
            "",
            "Exit codes: 0 it succeeded, 1 it failed, timed out or was cancelled, 2 usage, 3 not logged in, 4 no such function, 5 the platform is unavailable (the message says whether the call was accepted), 6 refused, 124 it did not end within --wait, 130 interrupted and it goes on. With --exit-code: the command's, as for faas run."
        })
public final class InvokeCommand extends Verb {
    /** Most calls end within it, and need no second request. */
    private static final int FIRST_WAIT_S = 1;

    @Parameters(index = "0", paramLabel = "NAME[@REV]", description = "The function.")
    private String ref = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "ARG", description = "The argument; - for standard input.")
    private @Nullable String word;

    @Option(names = "--file", paramLabel = "FILE", description = "Send this file as the argument.")
    private @Nullable Path file;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "Wait at most so long after the call is accepted (default: until it has ended).")
    private @Nullable String wait;

    @Option(names = "--async", description = "Print the id and do not wait.")
    private boolean async;

    @Option(names = "--follow", description = "Print stdout and stderr as they arrive.")
    private boolean follow;

    @Option(names = "--exit-code", description = "Exit with the command's exit code, as run does.")
    private boolean exitCode;

    @Option(names = "--timeout", paramLabel = "TIME", description = "Stop the command after this time.")
    private @Nullable String timeout;

    @Option(names = "--tag", paramLabel = "K=V", description = "Tag the activation.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Calls with the same key and argument within 24 hours are one activation.")
    private @Nullable String key;

    @Option(
            names = "--output-file",
            paramLabel = "FILE",
            description = "Write the result to this file when it is complete and the call succeeded.")
    private @Nullable Path outputFile;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            description = "Begin so long after the call is accepted, at most 7d.")
    private @Nullable String delay;

    @Option(
            names = "--not-before",
            paramLabel = "TIME",
            description = "Begin at this time, such as 2026-01-31T12:00:00Z, at most 7d ahead.")
    private @Nullable String notBefore;

    @Option(
            names = "--callback",
            paramLabel = "URL",
            description =
                    "Send its end to this URL, signed by your callback secret (faas callback-secret rotate), or to this destination.")
    private @Nullable String callback;

    @Option(
            names = "--callback-on",
            paramLabel = "success|failure",
            description = "Only these ends; failure is any end without success (default: all).")
    private List<String> callbackOn = List.of();

    @Option(
            names = "--batch",
            paramLabel = "FILE",
            description =
                    "Submit an activation for each line of this file, and print the id of the batch. A line is an argument; if the first line is a JSON object with an argument, each line is such an object, with tags if wanted.")
    private @Nullable String batch;

    @Override
    protected int run(Session session) throws Exception {
        if (batch != null) {
            if (hasMoreThanABatch()) {
                throw Failure.usage("--batch goes with --async and --idempotency-key only");
            }
            return new BatchFile(ref, batch, key).submit(session);
        }
        if ((async ? 1 : 0) + (follow ? 1 : 0) + (wait != null ? 1 : 0) > 1) {
            throw Failure.usage("--async, --wait and --follow exclude each other");
        }
        if (outputFile != null && (async || follow)) {
            throw Failure.usage("--output-file needs a call that waits for the whole result");
        }
        if (outputFile != null) {
            ResultFile.check(outputFile);
        }
        var limit = wait == null ? null : Durations.parse("--wait", wait);
        var argument = Argument.read(word, file);
        var submission = Submission.of(
                argument,
                Submission.timeoutSeconds(timeout),
                tags,
                Due.of(delay, notBefore),
                Callback.of(callback, callbackOn),
                key);
        var api = session.api();
        try (var interruption = new Interruption(session, api, Interruption.Action.detach, "")) {
            var accepted = submit(api, submission, limit);
            var id = accepted.text("activationId");
            interruption.submitted(id);
            if (async) {
                interruption.ended();
                session.output().document(accepted, doc -> id, () -> List.of(id));
                return Exit.OK;
            }
            if (follow) {
                var output = CommandOutput.of(session);
                var outcome = new LiveOutput(session, api, id, "", output, interruption).follow();
                return exit(session, outcome, List.of());
            }
            var outcome = await(session, api, accepted, limit);
            interruption.ended();
            return print(session, api, outcome);
        }
    }

    private boolean hasMoreThanABatch() {
        return Stream.of(word, file, wait, timeout, outputFile, delay, notBefore, callback)
                        .anyMatch(Objects::nonNull)
                || follow
                || exitCode
                || !tags.isEmpty();
    }

    private Doc submit(Api api, Submission submission, @Nullable Duration limit) {
        boolean waits = !async && !follow && (limit == null || limit.toSeconds() >= FIRST_WAIT_S);
        return new Functions(api).naming(ref, () -> submission.submit(api, ref, waits ? FIRST_WAIT_S : 0));
    }

    private static Outcome await(Session session, Api api, Doc accepted, @Nullable Duration limit)
            throws InterruptedException {
        var first = new Outcome(accepted);
        if (first.hasEnded()) {
            return first;
        }
        var left = limit == null ? null : limit.minusSeconds(Math.min(FIRST_WAIT_S, limit.toSeconds()));
        try (var progress = new WaitProgress(session, api, first.id(), () -> true)) {
            var outcome = ActivationWait.await(api, first.id(), left, progress::setTrouble);
            if (outcome.hasEnded()) {
                return outcome;
            }
            throw new Failure(
                    Exit.TIMED_OUT,
                    "%s did not end in %s"
                            .formatted(first.id(), Durations.render(limit == null ? 0 : limit.toMillis())),
                    "Wait again: faas attach %s   Stop: faas activation cancel %s".formatted(first.id(), first.id()));
        }
    }

    private int print(Session session, Api api, Outcome outcome) throws Exception {
        var log = List.of("Its log: faas logs " + outcome.id());
        if (outputFile != null && outcome.isHappy()) {
            try {
                ResultFile.write(outputFile, target -> copyResult(api, outcome, target));
            } catch (Failure e) {
                var advice = new ArrayList<>(e.advice());
                advice.add("It has succeeded. Its result: faas activation result " + outcome.id());
                throw new Failure(e.exit(), e.text(), advice, e);
            }
        }
        if (session.output().isForPrograms()) {
            var record = outcome.record();
            session.output().document(record, doc -> doc.text("activationId"), List::of);
            return exit(outcome);
        }
        outcome.truncations().forEach(text -> session.output().note("faas: " + text));
        if (outputFile == null) {
            printResult(session, api, outcome);
        } else if (!outcome.isHappy()) {
            log = List.of(log.getFirst() + "   Its result: faas activation result " + outcome.id());
        }
        return exit(session, outcome, log);
    }

    private static void printResult(Session session, Api api, Outcome outcome) throws InterruptedException {
        var sink = CommandOutput.toStdout(session);
        copyResult(api, outcome, sink::write);
        sink.finish();
        if (sink.isBinary()) {
            session.output()
                    .note(
                            "faas: the result is binary and not for a terminal. Use a pipe, --output-file FILE or --raw.");
        } else if (session.terminal().out() && !sink.isAtLineStart()) {
            session.output().streams().out("\n");
        }
    }

    private static void copyResult(Api api, Outcome outcome, Consumer<byte[]> target) throws InterruptedException {
        var inline = outcome.record().find("result");
        if (inline.isPresent()) {
            target.accept(inline.get().getBytes(StandardCharsets.UTF_8));
        } else if (outcome.record().number("resultBytes") > 0) {
            StoredOutput.result(api, outcome.id()).copy(0, target);
        }
    }

    private int exit(Session session, Outcome outcome, List<String> advice) {
        if (!outcome.isHappy()) {
            session.output().note("faas: " + outcome.sentence());
            advice.forEach(session.output()::note);
        }
        return exit(outcome);
    }

    private int exit(Outcome outcome) {
        return exitCode ? outcome.exitOfCommand() : outcome.exit();
    }

    @Override
    protected int exitOf(Failure failure) {
        return !exitCode || failure.exit() == Exit.TIMED_OUT ? failure.exit() : AttachedVerb.exitOfFailure(failure);
    }
}
