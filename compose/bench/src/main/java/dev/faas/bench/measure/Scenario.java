package dev.faas.bench.measure;

import java.util.Map;

/** One thing to measure. */
public interface Scenario {
    String name();

    /** In a few words, with the load. */
    String what();

    /** Blocks. */
    Report measure(BenchSetup grounds) throws Exception;

    /** On a platform of its own, in this process. */
    interface OnPlatform extends Scenario {
        /** What the platform is set to, beyond its defaults. */
        default Map<String, String> settings() {
            return Map.of();
        }

        default int spawners() {
            return 1;
        }

        /** Blocks. */
        Report run(ScenarioContext stage) throws Exception;

        @Override
        default Report measure(BenchSetup grounds) throws Exception {
            return grounds.with(settings(), spawners(), this::run);
        }
    }
}
