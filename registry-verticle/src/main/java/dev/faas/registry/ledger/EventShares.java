package dev.faas.registry.ledger;

import dev.faas.activation.ActivationEvents;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Kv;
import dev.faas.quota.FairShare;
import dev.faas.quota.OwnerQuotas;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Tells the gateways which owners have more than a fair share of the event stream, while it is more than half full: their
 * submits are refused, so that those of the others are accepted.
 */
public final class EventShares {
    public static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int MOST_NAMED = 1_000;

    private final ActivationEvents events;
    private final OwnerSumsStore sums;
    private final Kv usage;
    private boolean mayBeNamed = true;

    /** @param usage the bucket USAGE */
    public EventShares(ActivationEvents events, OwnerSumsStore sums, Kv usage) {
        this.events = events;
        this.sums = sums;
        this.usage = usage;
    }

    /** Blocks. */
    public void runOnce() throws Exception {
        var stream = Blocking.await(events.streamUsage());
        var over = stream.fillRatioWith(0) <= FairShare.SHARED_ABOVE
                ? List.<String>of()
                : findOverShare(Blocking.await(sums.inEvents()), stream.limit());
        if (mayBeNamed || !over.isEmpty()) {
            Blocking.await(usage.put(OwnerQuotas.OVER_SHARE, OwnerQuotas.overShare(over)));
            mayBeNamed = !over.isEmpty();
        }
    }

    /** The largest first. */
    static List<String> findOverShare(Map<String, Long> bytes, long limit) {
        double share = FairShare.bytes(limit, bytes.size());
        return bytes.entrySet().stream()
                .filter(each -> each.getValue() > share)
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(MOST_NAMED)
                .map(Map.Entry::getKey)
                .toList();
    }
}
