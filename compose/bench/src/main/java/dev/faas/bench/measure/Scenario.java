package dev.faas.bench.measure;

import java.util.Map;

/** Measures one property of the platform. */
public interface Scenario {
    String name();

    /** Blocks. */
    Report measure(BenchSetup setup) throws Exception;

    /** Measures on one platform in this process. */
    interface OnPlatform extends Scenario {
        /** Settings that differ from the defaults. */
        default Map<String, String> settings() {
            return Map.of();
        }

        default int spawners() {
            return 1;
        }

        /** Blocks. */
        Report run(ScenarioContext context) throws Exception;

        @Override
        default Report measure(BenchSetup setup) throws Exception {
            return setup.onPlatform(settings(), spawners(), this::run);
        }
    }

    /** Starts its spawners itself, and lasts long. */
    interface WithOwnSpawners extends OnPlatform {
        @Override
        default Map<String, String> settings() {
            return Map.of("FAAS_ACCESS_TOKEN_LIFETIME", "12h");
        }

        @Override
        default int spawners() {
            return 0;
        }
    }
}
