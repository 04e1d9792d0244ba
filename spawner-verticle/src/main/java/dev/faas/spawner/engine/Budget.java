package dev.faas.spawner.engine;

import dev.faas.wire.Capacity;
import java.util.function.Supplier;

/** Counts what is taken of a capacity. When that shrinks, more may be taken than there is, until enough is given back. Thread-safe. */
public final class Budget {
    private final Supplier<Capacity> total;
    private Capacity used = Capacity.NONE;

    /** @param total may change at any time; must not block */
    public Budget(Supplier<Capacity> total) {
        this.total = total;
    }

    public Capacity total() {
        return total.get();
    }

    public synchronized Capacity used() {
        return used;
    }

    public Capacity free() {
        return total().minus(used());
    }

    public synchronized boolean fits(Capacity need) {
        return total().holds(used.plus(need));
    }

    public synchronized boolean tryTake(Capacity need) {
        if (!fits(need)) {
            return false;
        }
        used = used.plus(need);
        return true;
    }

    /** Takes one amount instead of another that was taken before; false, and no change, if that does not fit. */
    public synchronized boolean tryExchange(Capacity taken, Capacity need) {
        var without = used.minus(taken);
        if (!taken.holds(need) && !total().holds(without.plus(need))) {
            return false;
        }
        used = without.plus(need);
        return true;
    }

    public synchronized void release(Capacity taken) {
        used = used.minus(taken);
    }
}
