package dev.faas.system.faults;

import dev.faas.testing.FaultyLink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** What may befall a part, and how it ends. */
enum Fault {
    /** With -9; whoever watches over it starts it again a moment later. */
    KILLED("killed", Duration.ofMillis(300), Duration.ofSeconds(4)) {
        @Override
        void strike(Victim victim) throws IOException {
            for (var part : victim.parts()) {
                part.kill();
            }
        }

        @Override
        void lift(Victim victim) throws IOException {
            for (var part : victim.parts()) {
                part.restart();
            }
        }
    },

    /** For longer than a lease of 15 s, sometimes for longer than the 30 s after which a spawner counts as dead. */
    FROZEN("frozen", Duration.ofSeconds(17), Duration.ofSeconds(38)) {
        @Override
        void strike(Victim victim) throws IOException {
            signal("STOP", victim);
        }

        @Override
        void lift(Victim victim) throws IOException {
            signal("CONT", victim);
        }
    },

    /** Connections end, new ones are refused. */
    REFUSED("cut off, refused", Duration.ofSeconds(3), Duration.ofSeconds(20)) {
        @Override
        void strike(Victim victim) throws IOException {
            for (var cable : victim.cables()) {
                cable.refuse();
            }
        }

        @Override
        void lift(Victim victim) throws IOException {
            mend(victim);
        }
    },

    /** Connections stay, and nothing gets through. */
    SILENT("cut off, silent", Duration.ofSeconds(17), Duration.ofSeconds(38)) {
        @Override
        void strike(Victim victim) {
            victim.cables().forEach(FaultyLink::stall);
        }

        @Override
        void lift(Victim victim) throws IOException {
            mend(victim);
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

    abstract void strike(Victim victim) throws IOException;

    abstract void lift(Victim victim) throws IOException;

    String label() {
        return label;
    }

    Duration duration(RandomGenerator random) {
        return Duration.ofMillis(random.nextLong(shortest.toMillis(), longest.toMillis()));
    }

    private static void mend(Victim victim) throws IOException {
        for (var cable : victim.cables()) {
            cable.restore();
        }
    }

    private static void signal(String name, Victim victim) throws IOException {
        var line = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\"", name));
        for (var part : victim.parts()) {
            part.family().forEach(process -> line.add(Long.toString(process.pid())));
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
