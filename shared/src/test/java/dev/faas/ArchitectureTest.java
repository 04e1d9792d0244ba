package dev.faas;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Checks where libraries may be used, and in which direction the packages depend on each other. */
class ArchitectureTest {
    private final JavaClasses ours = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/dev/faas/testing/"))
            .importPackages("dev.faas");

    @TestFactory
    Stream<DynamicTest> thenTheImportRulesHold() {
        return Stream.of(
                        only(List.of("dev.faas.nats.."), "io.nats.."),
                        // The audit log of every service, from its table to its routes.
                        only(
                                List.of("dev.faas.pg..", "dev.faas.audit.."),
                                "io.vertx.pgclient..",
                                "io.vertx.sqlclient..",
                                "org.flywaydb..",
                                "java.sql.."),
                        only(
                                List.of("dev.faas.http..", "dev.faas.audit.."),
                                "io.vertx.ext.web..",
                                "io.vertx.ext.auth..",
                                "io.micrometer.."),
                        noClasses()
                                .that()
                                .resideOutsideOfPackages("dev.faas.http..", "dev.faas.pg..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("io.netty.."),
                        noClasses()
                                .that()
                                .resideInAPackage("dev.faas.wire..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        "dev.faas.activation..",
                                        "dev.faas.config..",
                                        "dev.faas.http..",
                                        "dev.faas.lifecycle..",
                                        "dev.faas.nats..",
                                        "dev.faas.pg..",
                                        "io.vertx.."),
                        noClasses()
                                .that()
                                .resideInAPackage("dev.faas.config..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("dev.faas.lifecycle..", "dev.faas.http..", "io.vertx.."),
                        only(List.of("dev.faas.local.."), "dev.faas.local.."),
                        slices().matching("dev.faas.(**)").should().beFreeOfCycles())
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(ours)));
    }

    private static ArchRule only(List<String> homes, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(homes.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }
}
