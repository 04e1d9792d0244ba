package dev.faas.registry;

import dev.faas.testing.ModuleRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
    @TestFactory
    Stream<DynamicTest> theRulesOfEveryServiceHold() {
        return ModuleRules.of("registry");
    }
}
