package dev.faas.registry.maintenance;

import dev.faas.lifecycle.Blocking;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets right what a gateway or a spawner that died has left half done. One registry at a time, every few seconds, a bounded
 * piece of work each time; what it does is safe also where it is mistaken, since the bus refuses what is there already.
 */
public final class Reconciler {
    /** One kind of repair; blocks. */
    interface Repair {
        String name();

        void round() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final RepairStore store;
    private final List<Repair> repairs;

    public Reconciler(RepairStore store, List<Repair> repairs) {
        this.store = store;
        this.repairs = List.copyOf(repairs);
    }

    /** All repairs once, unless another registry is at it. Blocks. */
    public void round() throws Exception {
        Blocking.await(store.alone(this::onOwnThread));
    }

    /** The lock's transaction belongs to an event loop, which must not block. */
    private Future<Void> onOwnThread() {
        var done = Promise.<Void>promise();
        Thread.ofVirtual().name("registry-reconciler-round").start(() -> {
            try {
                repair();
                done.complete();
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return done.future();
    }

    /** One that fails does not keep the others from their turn. */
    private void repair() throws Exception {
        var failures = new ArrayList<Exception>();
        for (var repair : repairs) {
            try {
                repair.round();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                LOG.debug("{} failed", repair.name(), e);
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
