package dev.faas.lifecycle;

import java.security.Security;

/** Sets how long this JVM caches answers of name servers. */
public final class HostNames {
    private static final int SECONDS_A_DAY = 86_400;

    private HostNames() {}

    /** Must be called before the first lookup: the JVM reads these settings once. */
    public static void configure() {
        // Docker's name server answers with a TTL of ten minutes, which would hide scaling and failover.
        Security.setProperty("networkaddress.cache.ttl", "2");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        // When no name server answers, the last known address is better than none.
        Security.setProperty("networkaddress.cache.stale.ttl", Integer.toString(SECONDS_A_DAY));
    }
}
