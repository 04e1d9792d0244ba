package dev.faas.registry.maintenance;

import dev.faas.lifecycle.Blocking;
import dev.faas.registry.batch.BatchStore;
import dev.faas.registry.destination.CallbackSecretStore;
import dev.faas.registry.destination.DeliveryStore;
import dev.faas.registry.destination.DestinationStore;
import dev.faas.registry.function.Functions;
import dev.faas.registry.hook.HookStore;
import dev.faas.registry.job.JobStore;
import dev.faas.registry.ledger.RecordRemover;
import dev.faas.registry.quota.QuotaBucket;
import dev.faas.registry.schedule.ScheduleStore;
import dev.faas.registry.secret.SecretStore;
import dev.faas.registry.source.SourceStore;
import dev.faas.registry.stats.StatStore;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for users that auth has deleted, and removes what is theirs: deletes their functions, whose work {@link
 * DeletedFunctionCanceller} cancels, and removes schedules, hooks, sources, destinations, batches, jobs, secrets, figures, quota, and the records, results and logs of what has ended.
 */
public final class DeletedUserRemover implements Reconciler.Repair {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedUserRemover.class);
    private static final int USERS_PER_ROUND = 20;

    /** Where the data of users is. */
    public record Data(
            Functions functions,
            ScheduleStore schedules,
            HookStore hooks,
            SourceStore sources,
            DestinationStore destinations,
            CallbackSecretStore callbackSecrets,
            DeliveryStore deliveries,
            BatchStore batches,
            JobStore jobs,
            SecretStore secrets,
            StatStore stats,
            QuotaBucket quotas,
            RecordRemover records) {}

    private final DeletedUserStore store;
    private final Supplier<Set<String>> deletedUsers;
    private final Data data;

    /** @param deletedUsers as far as auth has published them lately */
    public DeletedUserRemover(DeletedUserStore store, Supplier<Set<String>> deletedUsers, Data data) {
        this.store = store;
        this.deletedUsers = deletedUsers;
        this.data = data;
    }

    @Override
    public String name() {
        return "data of deleted users";
    }

    @Override
    public void runOnce() throws Exception {
        Blocking.await(store.add(deletedUsers.get()));
        for (var user : Blocking.await(store.takePending(USERS_PER_ROUND))) {
            try {
                remove(user);
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                // The others do not wait; the next round tries again.
                LOG.warn("data of a deleted user not removed yet user={} error={}", user, e.toString());
            }
        }
    }

    private void remove(String user) throws Exception {
        Blocking.await(data.functions().deleteAllOf(user));
        Blocking.await(store.cancelDraining(user));
        Blocking.await(data.hooks().deleteAllOf(user));
        Blocking.await(data.sources().deleteAllOf(user));
        Blocking.await(data.destinations().deleteAllOf(user));
        Blocking.await(data.callbackSecrets().deleteOf(user));
        Blocking.await(data.schedules().deleteAllOf(user));
        Blocking.await(data.deliveries().deleteAllOf(user));
        Blocking.await(data.jobs().deleteAllOf(user));
        Blocking.await(data.batches().deleteAllOf(user));
        Blocking.await(data.secrets().deleteAllOf(user));
        data.records().removeAllOf(user);
        Blocking.await(data.stats().deleteAllOf(user));
        Blocking.await(data.quotas().remove(user));
        if (Blocking.await(store.markRemoved(user))) {
            LOG.info("data of a deleted user removed user={}", user);
        }
    }
}
