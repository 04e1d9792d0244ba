package dev.faas.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.faas.gateway.forward.Forwarding;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.gateway");

    @Test
    void natsIsReachedThroughSharedOnly() {
        noClasses().should().dependOnClassesThat().resideInAPackage("io.nats..").check(OURS);
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

    @Test
    void noOtherModuleOfThePlatformIsUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.faas.auth..",
                        "dev.faas.registry..",
                        "dev.faas.spawner..",
                        "dev.faas.standalone..",
                        "dev.faas.cli..",
                        "dev.faas.local..")
                .check(OURS);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.faas.gateway.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void noPackageUsesTheRoot() {
        noClasses()
                .that()
                .resideInAPackage("dev.faas.gateway.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.faas.gateway")
                .check(OURS);
    }

    /** What other modules may use. */
    @Test
    void onlyTheProgramTheVerticleAndItsConfigurationArePublicInTheRoot() {
        classes()
                .that()
                .resideInAPackage("dev.faas.gateway")
                .and()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveSimpleName("Main")
                .orShould()
                .haveSimpleName("GatewayVerticle")
                .orShould()
                .haveSimpleName("GatewayConfig")
                .check(OURS);
    }
}
