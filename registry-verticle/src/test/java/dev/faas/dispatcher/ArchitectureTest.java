package dev.faas.dispatcher;

import dev.faas.testing.ModuleRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
    /** It shares the schema of the registry, not its classes. */
    @TestFactory
    Stream<DynamicTest> theRulesOfEveryServiceHold() {
        return ModuleRules.of("dispatcher");
    }
}
