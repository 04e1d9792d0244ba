package dev.faas.lifecycle;

import java.security.Security;

/** How long this JVM takes a name server's word. */
public final class HostNames {
    private static final int SECONDS_A_DAY = 86_400;

    private HostNames() {}

    /** Before the first name is looked up: it is read once. */
    public static void configure() {
        // Docker's name server answers with a TTL of ten minutes, in which scaling and failover would go unseen.
        Security.setProperty("networkaddress.cache.ttl", "2");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        // When it does not answer at all, where a name has led so far is a better guess than nowhere.
        Security.setProperty("networkaddress.cache.stale.ttl", Integer.toString(SECONDS_A_DAY));
    }
}
