package dev.faas.cli.activation;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Durations;
import dev.faas.cli.run.ActivationWait;
import dev.faas.cli.run.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
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
            "  faas ps -o name | xargs -r faas act wait",
            "",
            "Exit codes: 0 all succeeded, 1 one did not, 2 usage, 3 not logged in,",
            "4 not found, 5 unavailable, 124 one had not ended in time."
        })
final class WaitCommand extends Verb {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The activations.")
    private List<String> ids = List.of();

    @Option(names = "--timeout", paramLabel = "TIME", description = "Wait no longer than this, such as 30s or 5m.")
    private @Nullable String timeout;

    @Override
    protected int run(Session session) throws InterruptedException {
        var limit = timeout == null ? null : Durations.parse("--timeout", timeout);
        long start = System.nanoTime();
        var api = session.api();
        var trouble = new AtomicReference<>("");
        var outcomes = new ArrayList<Outcome>();
        for (var id : ids) {
            Outcome outcome;
            try (var progress = session.output().progress(trouble::get)) {
                Objects.requireNonNull(progress);
                outcome = ActivationWait.await(api, id, left(limit, start), trouble::set);
            }
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

    private static @Nullable Duration left(@Nullable Duration limit, long start) {
        return limit == null ? null : limit.minusNanos(System.nanoTime() - start);
    }
}
