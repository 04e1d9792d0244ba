package dev.faas.bench;

import java.util.Map;

/** One thing to measure, on a platform of its own. */
interface Scenario {
    String name();

    /** In a few words, with the load. */
    String what();

    /** What the platform is set to, beyond its defaults. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /** Blocks. */
    Report run(Stage stage) throws Exception;
}
