package dev.faas.cli;

import java.util.Optional;
import java.util.Set;

/** Names the verbs that the client does not have, so that typing one is no spelling mistake. */
final class UnavailableVerbs {
    /** They run the platform, and are not part of an installed client. */
    private static final Set<String> PLATFORM =
            Set.of("up", "demo", "test", "bench", "doctor", "install", "outdated", "release-notes");

    private static final Set<String> RESERVED = Set.of("project", "share", "connection");

    private UnavailableVerbs() {}

    static Optional<Failure> failure(String verb) {
        if (PLATFORM.contains(verb)) {
            return Optional.of(Failure.usage(
                    "\"%s\" runs the platform and is not part of the client".formatted(verb),
                    "Run it in a clone of the project: ./faas " + verb));
        }
        return RESERVED.contains(verb)
                ? Optional.of(Failure.usage("\"%s\" is not available yet".formatted(verb), "List the verbs: faas help"))
                : Optional.empty();
    }
}
