package dev.faas.auth;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.auth");

    @Test
    void onlyStoresSpeakSql() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Store")
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
                        "dev.faas.registry..",
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
                .haveSimpleName("AuthVerticle")
                .orShould()
                .haveSimpleName("AuthConfig")
                .check(OURS);
    }
}
