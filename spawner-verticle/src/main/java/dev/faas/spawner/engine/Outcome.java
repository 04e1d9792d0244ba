package dev.faas.spawner.engine;

import java.time.Duration;
import java.util.OptionalLong;

/** Tells how a run ended and what it used. */
public record Outcome(Termination termination, Usage usage) {

    /**
     * @param startMs from the call of {@code run} to the start of the command, in milliseconds
     * @param durationMs from the start of the command to its end
     * @param cpuMs processor time, where the engine knows it
     * @param peakMemoryKb peak memory, where the engine knows it
     * @param oomKills processes that the kernel killed for lack of memory, as far as the engine knows
     */
    public record Usage(long startMs, long durationMs, OptionalLong cpuMs, OptionalLong peakMemoryKb, int oomKills) {

        public static final Usage NONE = of(Duration.ZERO, Duration.ZERO);

        /** Without figures of processor time and memory. */
        public static Usage of(Duration start, Duration duration) {
            return new Usage(start.toMillis(), duration.toMillis(), OptionalLong.empty(), OptionalLong.empty(), 0);
        }

        /** @param nanos {@link System#nanoTime} at the start */
        public static Usage since(long nanos) {
            return of(Duration.ZERO, Duration.ofNanos(System.nanoTime() - nanos));
        }
    }
}
