package dev.faas.system.faults;

import dev.faas.testing.Pause;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Runs rows of the fault matrix, each under its own load, and returns their results. Blocks. */
final class Matrix {
    private static final Duration FIRST = Duration.ofSeconds(60);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(4);
    /** For the requests in progress at the end. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);

    private final int rounds;
    private final Duration every;
    private final long seed;
    private final Path logs;
    private final PrintStream out;

    /**
     * @param every interval of submits
     * @param seed of all random choices
     * @param logs directory for the output of each part
     */
    Matrix(int rounds, Duration every, long seed, Path logs, PrintStream out) {
        this.rounds = rounds;
        this.every = every;
        this.seed = seed;
        this.logs = logs;
        this.out = out;
    }

    /** Runs all rows with the same number of brokers on one platform, one after another. */
    List<Tally> play(List<Row> rows) throws Exception {
        var tallies = new ArrayList<Tally>();
        for (int brokers : new int[] {1, 3}) {
            var these = rows.stream().filter(row -> row.brokers() == brokers).toList();
            if (!these.isEmpty()) {
                var ownDocker = these.stream().anyMatch(Row::harmsDocker);
                try (var platform =
                        new FaultPlatform(logs.resolve(brokers == 1 ? "one" : "three"), brokers, ownDocker)) {
                    for (var row : these) {
                        tallies.add(play(row, platform));
                    }
                }
            }
        }
        return tallies;
    }

    private Tally play(Row row, FaultPlatform platform) throws Exception {
        // Per row, so that a row alone makes the same random choices as in the whole matrix.
        var random = new Random(seed ^ row.name().hashCode());
        var begun = Instant.now();
        // Short, because RunWatch sees only the first 15 bytes of an argument.
        var marker = "f" + Long.toString(begun.getEpochSecond() % (36 * 36 * 36), 36) + "-";
        var problems = new ArrayList<String>();
        var recovery = Duration.ZERO;
        try (var watch = RunWatch.start(marker);
                var load = Load.start(platform.client(), marker, every);
                var triggers = Triggers.start(platform.client(), marker + "t");
                var stuck = StuckRuns.watch(platform.natsConfig(), load::acceptedIds, StuckRuns.LIMIT)) {
            load.awaitFirst(FIRST);
            for (int round = 0; round < rounds; round++) {
                for (var injection : row.injections()) {
                    Pause.of(Duration.ofMillis(random.nextLong(LONGEST_WAIT.toMillis())));
                    var recovered = inject(injection, row, platform, random);
                    if (recovered.isEmpty()) {
                        problems.add("no recovery within the limit in round " + (round + 1));
                    }
                    recovery = max(recovery, recovered.orElse(Duration.ZERO));
                }
            }
            Pause.of(AFTERWARDS);
            load.stop();
            triggers.stop();
            triggers.audit();
            var audit = new Audit(platform, watch, load.accepted());
            audit.run(begun);
            problems.addAll(audit.problems());
            problems.addAll(stuck.problems());
            problems.addAll(triggers.problems());
            var tally = new Tally(
                    row.name(),
                    rounds,
                    load.accepted().size(),
                    triggers.ticks(),
                    triggers.hooked(),
                    triggers.delivered(),
                    audit.lost(),
                    audit.doubled(),
                    audit.givenUp(),
                    load.longestGap(),
                    recovery,
                    problems);
            problems.forEach(problem -> out.println("  !! " + problem));
            out.println("  " + String.join(" | ", tally.cells()));
            return tally;
        }
    }

    private Optional<Duration> inject(Row.Injection injection, Row row, FaultPlatform platform, Random random)
            throws IOException, InterruptedException {
        var target = injection.selector().select(platform, random);
        var lasting = injection.fault().duration(random);
        out.printf("%s %s: %s for %d ms%n", Instant.now(), row.name(), target.names(), lasting.toMillis());
        injection.fault().inject(target);
        Pause.of(lasting);
        var lifted = System.nanoTime();
        injection.fault().remove(target);
        var restarting = Duration.ofNanos(System.nanoTime() - lifted);
        return Recovery.await(platform).map(restarting::plus);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
