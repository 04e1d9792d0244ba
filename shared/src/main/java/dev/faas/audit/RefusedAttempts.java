package dev.faas.audit;

import dev.faas.http.client.ClientAddress;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts refused attempts, and writes one row of the audit log for each kind, account and client when a minute ends. A client
 * is an IPv4 address or an IPv6 network. Names that
 * are no account's count as one, since a user may have typed a password there. Thread-safe.
 */
public final class RefusedAttempts {
    /** Of one minute. A caller with more addresses than that is counted in one row. */
    private static final int MAX_ROWS = 1_000;

    private record Attempt(
            String action,
            String actor,
            @Nullable String target,
            @Nullable ClientAddress client) {
        static Attempt of(String action, String actor, @Nullable String target, @Nullable ClientAddress address) {
            return new Attempt(action, actor, target, address == null ? null : address.network());
        }
    }

    private final AuditStore store;
    private Map<Attempt, Long> counts = new HashMap<>();

    public RefusedAttempts(AuditStore store) {
        this.store = store;
    }

    /**
     * A name and a password that were refused.
     *
     * @param userId of the account that was named; empty if there is none
     */
    public void countLogin(Optional<String> userId, @Nullable ClientAddress address) {
        add(Attempt.of("session.create", "anonymous", userId.orElse(null), address), 1);
    }

    /** An admin call of a user that may not make it. */
    public void countAdminCall(String userId, @Nullable ClientAddress address) {
        add(Attempt.of("admin.call", userId, null, address), 1);
    }

    private synchronized void add(Attempt attempt, long times) {
        var known = counts.size() < MAX_ROWS || counts.containsKey(attempt);
        counts.merge(known ? attempt : new Attempt(attempt.action(), "anonymous", null, null), times, Long::sum);
    }

    /** Writes what was counted since the last call; what cannot be written is counted on. */
    public Future<Void> flush() {
        var ended = takeAll();
        if (ended.isEmpty()) {
            return Future.succeededFuture();
        }
        var rows = ended.entrySet().stream()
                .map(each -> {
                    var attempt = each.getKey();
                    var origin = Origin.counted(attempt.actor(), attempt.client());
                    return AuditEntry.refused(origin, attempt.action(), attempt.target(), each.getValue());
                })
                .toList();
        return store.writeAll(rows).onFailure(failure -> ended.forEach(this::add));
    }

    private synchronized Map<Attempt, Long> takeAll() {
        var taken = counts;
        counts = new HashMap<>();
        return taken;
    }
}
