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

/** Plays rows, each under its own load, and tells what each came to. Blocks. */
final class Matrix {
    private static final Duration FIRST = Duration.ofSeconds(60);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(4);
    /** For what is under way at the end. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);

    private final int rounds;
    private final Duration every;
    private final long seed;
    private final Path logs;
    private final PrintStream out;

    /**
     * @param every from one submit to the next
     * @param seed of all that is left to chance
     * @param logs where the output of each part goes
     */
    Matrix(int rounds, Duration every, long seed, Path logs, PrintStream out) {
        this.rounds = rounds;
        this.every = every;
        this.seed = seed;
        this.logs = logs;
        this.out = out;
    }

    /** Those of the same number of brokers on one platform, one after the other. */
    List<Tally> play(List<Row> rows) throws Exception {
        var tallies = new ArrayList<Tally>();
        for (int brokers : new int[] {1, 3}) {
            var these = rows.stream().filter(row -> row.brokers() == brokers).toList();
            if (!these.isEmpty()) {
                var ownDocker = these.stream().anyMatch(Row::harmsDocker);
                try (var stage = new FaultPlatform(logs.resolve(brokers == 1 ? "one" : "three"), brokers, ownDocker)) {
                    for (var row : these) {
                        tallies.add(play(row, stage));
                    }
                }
            }
        }
        return tallies;
    }

    private Tally play(Row row, FaultPlatform stage) throws Exception {
        // Its own, so that a row alone meets the same chance as in the whole.
        var random = new Random(seed ^ row.name().hashCode());
        var begun = Instant.now();
        // Short: with the rest of an argument it fits into the 15 bytes that RunWatch can tell apart.
        var marker = "f" + Long.toString(begun.getEpochSecond() % (36 * 36 * 36), 36) + "-";
        var problems = new ArrayList<String>();
        var recovery = Duration.ZERO;
        try (var watch = RunWatch.start(marker);
                var load = Load.start(stage.customer(), marker, every)) {
            load.awaitFirst(FIRST);
            for (int round = 0; round < rounds; round++) {
                for (var blow : row.blows()) {
                    Pause.of(Duration.ofMillis(random.nextLong(LONGEST_WAIT.toMillis())));
                    var recovered = strike(blow, row, stage, random);
                    if (recovered.isEmpty()) {
                        problems.add("not recovered in round " + (round + 1));
                    }
                    recovery = max(recovery, recovered.orElse(Duration.ZERO));
                }
            }
            Pause.of(AFTERWARDS);
            load.stop();
            var audit = new Audit(stage, watch, load.accepted());
            audit.run(begun);
            problems.addAll(audit.problems());
            var tally = new Tally(
                    row.name(),
                    rounds,
                    load.accepted().size(),
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

    private Optional<Duration> strike(Row.Blow blow, Row row, FaultPlatform stage, Random random)
            throws IOException, InterruptedException {
        var victim = blow.choice().of(stage, random);
        var lasting = blow.fault().duration(random);
        out.printf("%s %s: %s for %d ms%n", Instant.now(), row.name(), victim.names(), lasting.toMillis());
        blow.fault().strike(victim);
        Pause.of(lasting);
        var lifted = System.nanoTime();
        blow.fault().lift(victim);
        var restarting = Duration.ofNanos(System.nanoTime() - lifted);
        return Recovery.await(stage).map(restarting::plus);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
