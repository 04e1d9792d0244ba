package dev.faas.testing;

import java.lang.management.ManagementFactory;

/** Measures what the heap of this process retains. */
public final class Heap {
    private static final int COLLECTIONS = 3;

    private Heap() {}

    public static long retainedBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
