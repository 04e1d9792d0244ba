package dev.faas.spawner.docker;

import org.junit.jupiter.api.Tag;

/** The same where each run has a root and namespaces of its own. */
@Tag("docker")
final class NestedInitRunTest extends InitRunTest {
    @Override
    boolean nestsRuns() {
        return true;
    }
}
