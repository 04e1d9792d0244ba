package dev.faas.spawner;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArchitectureTest {
    private static final String ROOT = "dev.faas.spawner";

    private final JavaClasses spawner = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** The port knows nobody; what is behind it and what is in front of it know the port, and not each other. */
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

    /** The port hides Docker: whoever wants more of it extends the port. */
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

    /** Of the whole implementation the composition root sees one class and what that is told. */
    @Test
    void givenTheDockerEngine_whenSeenFromOutside_thenItIsOneClassAndItsConfiguration() {
        classes()
                .that()
                .resideInAPackage(within("docker"))
                .and()
                .areTopLevelClasses()
                .and()
                .arePublic()
                .should()
                .haveNameMatching(".*\\.(DockerEngine|EngineConfig)")
                .check(spawner);
    }

    @Test
    void givenTheSpawner_whenItUsesOtherParts_thenOnlyShared() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.faas.gateway..", "dev.faas.auth..", "dev.faas.registry..")
                .check(spawner);
    }

    @Test
    void givenTheSpawner_whenItUsesTheBus_thenOnlyThroughShared() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.nats..", "io.vertx.sqlclient..", "java.sql..")
                .check(spawner);
    }

    /** Runs are plain blocking code: only the verticle and what it hands to it know the event loop. */
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
