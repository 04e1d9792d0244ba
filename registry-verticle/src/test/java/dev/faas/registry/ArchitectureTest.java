package dev.faas.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.registry");

    @Test
    void onlyStoresSpeakSql() {
        noClasses()
                .that()
                .haveNameNotMatching(".*Store(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient..", "java.sql..", "javax.sql..")
                .check(OURS);
    }

    @Test
    void theBusIsReachedThroughSharedAlone() {
        noClasses().should().dependOnClassesThat().resideInAPackage("io.nats..").check(OURS);
    }

    @Test
    void noOtherPartOfThePlatformIsNeeded() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.faas.auth..",
                        "dev.faas.gateway..",
                        "dev.faas.spawner..",
                        "dev.faas.standalone..",
                        "dev.faas.cli..",
                        "dev.faas.local..")
                .check(OURS);
    }

    @Test
    void onlyTheProgramTheVerticleAndItsConfigurationArePublic() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveSimpleName("Main")
                .orShould()
                .haveSimpleName("RegistryVerticle")
                .orShould()
                .haveSimpleName("RegistryConfig")
                .check(OURS);
    }
}
