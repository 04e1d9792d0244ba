package dev.faas.spawner;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private final JavaClasses spawner = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.spawner");

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
