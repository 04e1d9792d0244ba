package dev.faas.cli;

import java.util.Set;

/** The commands that run the platform; they are not part of an installed client. */
final class PlatformVerbs {
    private static final Set<String> NAMES =
            Set.of("up", "demo", "test", "bench", "doctor", "install", "outdated", "release-notes");

    private PlatformVerbs() {}

    static boolean isOne(String verb) {
        return NAMES.contains(verb);
    }

    static Failure failure(String verb) {
        return Failure.usage(
                "\"%s\" runs the platform and is not part of the client".formatted(verb),
                "Run it in a clone of the project: ./faas " + verb);
    }
}
