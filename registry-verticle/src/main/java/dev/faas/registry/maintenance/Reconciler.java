package dev.faas.registry.maintenance;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs what a gateway or a spawner left half done when it died: runs each repair once a round, in one registry at a time.
 * A repair does a bounded piece of work a round. It does no harm where the ledger is behind, since the event stream and the
 * queue refuse a write that is not needed.
 */
public final class Reconciler {
    /** One kind of repair; blocks. */
    public interface Repair {
        /** Rows read at once, and batches a round: the other repairs wait meanwhile. */
        int BATCH = 500;

        int BATCHES_PER_ROUND = 20;
        int FUNCTIONS_PER_ROUND = 100;
        /** Activations repaired at the same time. */
        int PARALLEL = 64;

        /** What it looks for, in log lines. */
        String name();

        void runOnce() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final List<Repair> repairs;

    public Reconciler(List<Repair> repairs) {
        this.repairs = List.copyOf(repairs);
    }

    /** A repair that fails does not stop the others; then the round fails in the end. Blocks. */
    public void runOnce() throws Exception {
        var failures = new ArrayList<Exception>();
        for (var repair : repairs) {
            try {
                repair.runOnce();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                LOG.debug("repair failed repair={}", repair.name(), e);
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
