package dev.faas.system.faults;

import dev.faas.testing.FaultyLink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Injects and removes one kind of fault. */
enum Fault {
    /** SIGKILL, and a restart a moment later, as by an orchestrator. */
    KILLED("killed", Duration.ofMillis(300), Duration.ofSeconds(4)) {
        @Override
        void inject(FaultTarget target) throws IOException {
            for (var part : target.parts()) {
                part.kill();
            }
        }

        @Override
        void remove(FaultTarget target) throws IOException {
            for (var part : target.parts()) {
                part.restart();
            }
        }
    },

    /** Longer than a lease of 15 s, sometimes longer than the 30 s after which a spawner counts as dead. */
    FROZEN("frozen", Duration.ofSeconds(17), Duration.ofSeconds(38)) {
        @Override
        void inject(FaultTarget target) throws IOException {
            signal("STOP", target);
        }

        @Override
        void remove(FaultTarget target) throws IOException {
            signal("CONT", target);
        }
    },

    /** Connections end, new ones are refused. */
    REFUSED("cut off, refused", Duration.ofSeconds(3), Duration.ofSeconds(20)) {
        @Override
        void inject(FaultTarget target) throws IOException {
            for (var link : target.links()) {
                link.refuse();
            }
        }
    },

    /** Connections stay open, but transfer nothing. */
    SILENT("cut off, silent", Duration.ofSeconds(17), Duration.ofSeconds(38)) {
        @Override
        void inject(FaultTarget target) {
            target.links().forEach(FaultyLink::stall);
        }
    },

    /** What the target asks for is done, and no answer arrives. Shorter than a lease. */
    UNANSWERED("without answers", Duration.ofSeconds(2), Duration.ofSeconds(6)) {
        @Override
        void inject(FaultTarget target) {
            target.links().forEach(FaultyLink::swallowReplies);
        }
    };

    private static final long SIGNAL_SECONDS = 10;

    private final String label;
    private final Duration shortest;
    private final Duration longest;

    Fault(String label, Duration shortest, Duration longest) {
        this.label = label;
        this.shortest = shortest;
        this.longest = longest;
    }

    abstract void inject(FaultTarget target) throws IOException;

    /** Restores the links; other kinds override it. */
    void remove(FaultTarget target) throws IOException {
        for (var link : target.links()) {
            link.restore();
        }
    }

    String label() {
        return label;
    }

    Duration duration(RandomGenerator random) {
        return Duration.ofMillis(random.nextLong(shortest.toMillis(), longest.toMillis()));
    }

    private static void signal(String name, FaultTarget target) throws IOException {
        var line = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\"", name));
        for (var part : target.parts()) {
            part.processes().forEach(process -> line.add(Long.toString(process.pid())));
        }
        var kill = new ProcessBuilder(line).inheritIO().start();
        try {
            if (!kill.waitFor(SIGNAL_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("kill does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
