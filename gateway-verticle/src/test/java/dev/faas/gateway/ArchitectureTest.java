package dev.faas.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.testing.ModuleRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureTest {
    private static final JavaClasses OURS = ModuleRules.classesOf("dev.faas.gateway");

    @TestFactory
    Stream<DynamicTest> theRulesOfEveryServiceHold() {
        return ModuleRules.of("gateway");
    }

    @Test
    void thereIsNoDatabaseAndNoDocker() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.faas.pg..",
                        "io.vertx.sqlclient..",
                        "io.vertx.pgclient..",
                        "java.sql..",
                        "com.github.dockerjava..")
                .check(OURS);
    }

    @Test
    void onlyForwardingUsesTheProxy() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Forwarding.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.httpproxy..")
                .check(OURS);
    }
}
