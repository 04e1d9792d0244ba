package dev.faas.registry.quota;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.ledger.OwnerSumsStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures what is stored of each owner with a limit of it. Gateways refuse the submits of those that have more. */
public final class StoredSpace {
    private static final Logger LOG = LoggerFactory.getLogger(StoredSpace.class);

    private final QuotaStore store;
    private final OwnerSumsStore sums;

    public StoredSpace(QuotaStore store, OwnerSumsStore sums) {
        this.store = store;
        this.sums = sums;
    }

    /** An owner who cannot be measured keeps the last sum. Blocks. */
    public void runOnce() throws Exception {
        var owners = Blocking.await(store.findLimitedInStoredSpace(""));
        while (!owners.isEmpty()) {
            for (var owner : owners) {
                measure(owner);
            }
            owners = Blocking.await(store.findLimitedInStoredSpace(owners.getLast()));
        }
    }

    private void measure(String owner) throws InterruptedException {
        try {
            long bytes = 0;
            @Nullable String lastId = "";
            while (lastId != null) {
                var part = Blocking.await(sums.storedAfter(owner, lastId));
                bytes += part.bytes();
                lastId = part.lastId();
            }
            Blocking.await(store.setStored(owner, bytes));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("stored space not measured owner={} cause={}", owner, e.getMessage());
        }
    }
}
