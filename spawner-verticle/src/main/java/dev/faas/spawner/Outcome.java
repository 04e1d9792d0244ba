package dev.faas.spawner;

import java.util.OptionalLong;

/** How a run ended and what it took. */
record Outcome(Ending ending, Usage usage) {

    /**
     * @param startMs from the call of {@code run} to the start of the command, in milliseconds
     * @param durationMs from there to its end
     * @param cpuMs processor time, where the engine knows it
     * @param peakMemoryKb most memory at once, where the engine knows it
     * @param oomKills processes the kernel killed for want of memory, as far as the engine knows; at least 1 when any
     */
    record Usage(long startMs, long durationMs, OptionalLong cpuMs, OptionalLong peakMemoryKb, int oomKills) {

        static Usage of(long startMs, long durationMs, int oomKills) {
            return new Usage(startMs, durationMs, OptionalLong.empty(), OptionalLong.empty(), oomKills);
        }
    }
}
