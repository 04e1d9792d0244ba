package dev.faas.spawner;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.faas.testing.ModuleRules;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArchitectureTest {
    private static final String ROOT = "dev.faas.spawner";

    private final JavaClasses spawner = ModuleRules.classesOf(ROOT);

    @TestFactory
    Stream<DynamicTest> theRulesOfEveryServiceHold() {
        return ModuleRules.of("spawner");
    }

    /** The engine port depends on no other package; Docker and the pool depend on the port, and not on each other. */
    @ParameterizedTest
    @CsvSource({"engine, none", "docker, engine", "pool, engine"})
    void givenAPackageOfTheSpawner_whenItUsesAnother_thenOnlyThePort(String one, String other) {
        classes()
                .that()
                .resideInAPackage(within(one))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(within(one), within(other)).or(not(resideInAPackage(ROOT + ".."))))
                .check(spawner);
    }

    private static String within(String part) {
        return ROOT + "." + part + "..";
    }

    /** The engine port hides Docker: a new need extends the port. */
    @Test
    void givenTheSpawner_whenItUsesDockerJava_thenOnlyBehindThePort() {
        noClasses()
                .that()
                .resideOutsideOfPackage(within("docker"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.github.dockerjava..")
                .check(spawner);
    }

    @Test
    void givenTheDockerPackages_whenUsedByOthers_thenOnlyTheEngineAndItsConfiguration() {
        noClasses()
                .that()
                .resideOutsideOfPackage(within("docker"))
                .should()
                .dependOnClassesThat(resideInAPackage(within("docker"))
                        .and(not(belongTo(nameMatching(".*\\.(DockerEngine|EngineConfig)")))))
                .check(spawner);
    }

    /** Runs are plain blocking code: only the verticle uses the event loop. */
    @Test
    void givenTheRuns_whenTheyWait_thenNotOnVertx() {
        noClasses()
                .that()
                .doNotHaveSimpleName("SpawnerVerticle")
                .and()
                .doNotHaveSimpleName("Main")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .check(spawner);
    }
}
