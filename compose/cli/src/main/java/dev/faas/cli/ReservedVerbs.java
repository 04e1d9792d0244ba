package dev.faas.cli;

import java.util.Set;

/** Verbs that the client will have. They are named here so that typing one is no spelling mistake. */
final class ReservedVerbs {
    private static final Set<String> NAMES = Set.of(
            "project",
            "secret",
            "share",
            "sessions",
            "key",
            "schedule",
            "hook",
            "source",
            "connection",
            "destination",
            "delivery",
            "batch",
            "job",
            "dead-letter",
            "events",
            "admin",
            "stats");

    private ReservedVerbs() {}

    static boolean isOne(String verb) {
        return NAMES.contains(verb);
    }

    static Failure failure(String verb) {
        return Failure.usage("\"%s\" is not available yet".formatted(verb), "List the verbs: faas help");
    }
}
