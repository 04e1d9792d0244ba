package dev.faas.wire;

/** An amount of what containers take of their host: memory in MiB, and processes and threads. */
public record Capacity(long memoryMb, long pids) {
    public static final Capacity NONE = new Capacity(0, 0);

    public static Capacity of(FunctionSpec.Limits limits) {
        return new Capacity(limits.memoryMb(), limits.pids());
    }

    public Capacity plus(Capacity other) {
        return new Capacity(memoryMb + other.memoryMb, pids + other.pids);
    }

    /** Not below zero. */
    public Capacity minus(Capacity other) {
        return new Capacity(Math.max(0, memoryMb - other.memoryMb), Math.max(0, pids - other.pids));
    }

    public Capacity min(Capacity other) {
        return new Capacity(Math.min(memoryMb, other.memoryMb), Math.min(pids, other.pids));
    }

    public Capacity max(Capacity other) {
        return new Capacity(Math.max(memoryMb, other.memoryMb), Math.max(pids, other.pids));
    }

    public Capacity times(int count) {
        return new Capacity(memoryMb * count, pids * count);
    }

    public Capacity dividedBy(int parts) {
        return new Capacity(memoryMb / parts, pids / parts);
    }

    public boolean holds(Capacity need) {
        return need.memoryMb <= memoryMb && need.pids <= pids;
    }
}
