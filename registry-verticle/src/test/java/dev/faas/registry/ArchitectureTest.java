package dev.faas.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

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
    void onlySharedUsesTheNatsClient() {
        noClasses().should().dependOnClassesThat().resideInAPackage("io.nats..").check(OURS);
    }

    @Test
    void noOtherServiceIsUsed() {
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
    void packagesHaveNoCycles() {
        slices().matching("dev.faas.(**)").should().beFreeOfCycles().check(OURS);
    }

    /** Java makes classes of the other packages public for this one; the rest of the platform uses the root package only. */
    @Test
    void onlyTheProgramTheVerticleAndItsConfigurationArePublicInTheRootPackage() {
        classes()
                .that()
                .resideInAPackage("dev.faas.registry")
                .and()
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

    @Test
    void noPackageUsesTheRootPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.faas.registry")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.faas.registry")
                .check(OURS);
    }
}
