package dev.faas.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Chooses the defaults of settings by who can reach the platform. Every setting can still be given by itself. */
public enum Profile {
    /** Reached from its own machine alone. */
    PRIVATE,

    /** Reached by others. */
    SHARED;

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    public static Profile from(Env env) {
        var address = env.text("FAAS_BIND", "", "address of this machine that the ports are published on");
        return env.choice(
                "FAAS_PROFILE",
                List.of(values()),
                isLoopback(address) ? PRIVATE : SHARED,
                "private or shared: defaults of registration, images and quotas");
    }

    public static boolean isLoopback(String address) {
        return LOOPBACK.contains(address.toLowerCase(Locale.ROOT));
    }

    public <T> T choose(T whenPrivate, T whenShared) {
        return this == PRIVATE ? whenPrivate : whenShared;
    }
}
