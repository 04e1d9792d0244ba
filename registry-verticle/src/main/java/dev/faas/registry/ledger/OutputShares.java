package dev.faas.registry.ledger;

import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.nats.Topology;
import dev.faas.registry.ledger.RetentionStore.Expired;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes room in the object store when it is nearly full: removes results, arguments and logs of the owner who has most of it,
 * oldest first. Reads answer {@code 410 result_expired} then.
 */
public final class OutputShares {
    private static final Logger LOG = LoggerFactory.getLogger(OutputShares.class);
    /** Few, since outputs may be large, and the owner should not lose more than is needed. */
    private static final int PAGE = 20;

    private static final int PAGES_OF_AN_OWNER = 10;
    private static final int AT_ONCE = 16;

    private final PayloadArchive archive;
    private final OwnerSumsStore sums;
    private final RetentionStore store;

    public OutputShares(PayloadArchive archive, OwnerSumsStore sums, RetentionStore store) {
        this.archive = archive;
        this.sums = sums;
        this.store = store;
    }

    /** Removes the copies of up to 200 activations; true when there is still too little room. Blocks. */
    public boolean runOnce() throws Exception {
        if (archive.fillRatio() <= Topology.REMOVE_OUTPUTS_ABOVE) {
            return false;
        }
        // All shares are equal: who has most is furthest over it.
        var owners = Blocking.await(sums.inObjectStore()).entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .toList();
        for (var owner : owners) {
            int pages = 0;
            while (pages < PAGES_OF_AN_OWNER && removeOldest(owner)) {
                pages++;
                if (archive.fillRatio() <= Topology.REMOVE_OUTPUTS_ABOVE) {
                    return false;
                }
            }
            if (pages == PAGES_OF_AN_OWNER) {
                return true; // another owner may have most now
            }
        }
        return false;
    }

    /** False when there was nothing to remove: what has not ended keeps its argument. */
    private boolean removeOldest(String owner) throws Exception {
        var page = Blocking.await(store.findOldestApart(owner, PAGE));
        var removed = BoundedParallel.runAndReturnDone(page, AT_ONCE, archive::remove);
        if (removed.isEmpty()) {
            return false;
        }
        Blocking.await(
                store.clearResults(ids(removed, each -> each.resultInObjectStore() || each.argumentInObjectStore())));
        Blocking.await(store.clearLogs(ids(removed, Expired::logInObjectStore)));
        LOG.warn(
                "outputs removed early, the object store is nearly full owner={} activations={}",
                owner,
                removed.size());
        return true;
    }

    private static List<String> ids(List<Expired> activations, Predicate<Expired> which) {
        return activations.stream().filter(which).map(each -> each.end().id()).toList();
    }
}
