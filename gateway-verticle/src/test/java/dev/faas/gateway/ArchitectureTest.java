package dev.faas.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.gateway");

    @Test
    void theBusIsReachedThroughSharedAlone() {
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
    void onlyForwardingKnowsTheProxy() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.faas.gateway.Forwarding")
                .and()
                .doNotHaveFullyQualifiedName("dev.faas.gateway.Forwarding$Passage")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.httpproxy..")
                .check(OURS);
    }

    @Test
    void noOtherPartOfThePlatformIsNeeded() {
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
    void onlyTheProgramTheVerticleAndItsConfigurationArePublic() {
        classes()
                .that()
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
