package dev.faas.registry.quota;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.ledger.OwnerSumsStore;

/** Measures what is stored of each owner with a limit of it. Gateways refuse the submits of those that have more. */
public final class StoredSpace {
    private final QuotaStore store;
    private final OwnerSumsStore sums;

    public StoredSpace(QuotaStore store, OwnerSumsStore sums) {
        this.store = store;
        this.sums = sums;
    }

    /** Blocks. */
    public void runOnce() throws Exception {
        for (var owner : Blocking.await(store.findLimitedInStoredSpace())) {
            Blocking.await(store.setStored(owner, Blocking.await(sums.stored(owner))));
        }
    }
}
