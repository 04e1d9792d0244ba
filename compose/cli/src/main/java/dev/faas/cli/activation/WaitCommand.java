package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Durations;
import dev.faas.cli.run.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Waits until activations have ended. */
@Command(
        name = "wait",
        description = "Wait until all of these activations have ended.",
        footer = {
            "",
            "Examples:",
            "  faas act wait 06b7gd98g07rk4q3v8x2m5n9ta --timeout 5m",
            "  faas act wait $(faas ps -o name)",
            "",
            "Exit codes: 0 all succeeded, 1 one did not, 2 usage, 3 not logged in,",
            "4 not found, 5 unavailable, 124 one had not ended in time."
        })
final class WaitCommand extends Verb {
    private static final Duration WITHOUT_CONTACT = Duration.ofMinutes(5);
    /** The platform holds an answer back for no longer. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Duration SPARE = Duration.ofSeconds(30);

    @Parameters(arity = "1..*", paramLabel = "ID", description = "The activations.")
    private List<String> ids = List.of();

    @Option(names = "--timeout", paramLabel = "TIME", description = "Wait no longer than this, such as 30s or 5m.")
    private @Nullable String timeout;

    @Override
    protected int run(Session session) {
        long limit = timeout == null
                ? Long.MAX_VALUE / 2
                : Durations.parse("--timeout", timeout).toNanos();
        long start = System.nanoTime();
        var api = session.api().retryFor(WITHOUT_CONTACT);
        var outcomes = new ArrayList<Outcome>();
        for (var id : ids) {
            var outcome = await(api, id, start, limit);
            outcomes.add(outcome);
            if (!session.output().isForPrograms()) {
                session.output().line(outcome.hasEnded() ? outcome.sentence() : id + " has not ended");
            }
        }
        if (session.output().isForPrograms()) {
            var records = outcomes.stream().map(Outcome::record).toList();
            session.output().list(records, ActivationColumns.LIST, item -> item.text("activationId"), "");
        }
        if (!outcomes.stream().allMatch(Outcome::hasEnded)) {
            return Exit.TIMED_OUT;
        }
        return outcomes.stream().allMatch(Outcome::isHappy) ? Exit.OK : Exit.UNHAPPY;
    }

    private static Outcome await(Api api, String id, long start, long limit) {
        while (true) {
            var left = Duration.ofNanos(Math.max(0, limit - (System.nanoTime() - start)));
            // Whole seconds, rounded up: a wait of 0 in the last one would ask again and again.
            long seconds = Math.min(LONGEST.toSeconds(), left.plusMillis(999).toSeconds());
            Doc record = api.document(
                    Request.get(ActivationPath.of(id) + "?wait=" + seconds).readLimit(LONGEST.plus(SPARE)));
            var outcome = new Outcome(record);
            if (outcome.hasEnded() || System.nanoTime() - start >= limit) {
                return outcome;
            }
        }
    }
}
