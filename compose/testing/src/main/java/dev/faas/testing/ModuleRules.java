package dev.faas.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Which way imports point, the same for each service. */
public final class ModuleRules {
    private static final List<String> MODULES =
            List.of("auth", "registry", "spawner", "gateway", "standalone", "bench", "local", "testing");

    private ModuleRules() {}

    /** The classes of a package and of those below it, without tests. */
    public static JavaClasses classesOf(String root) {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(root);
    }

    /** @param service the last part of its root package */
    public static Stream<DynamicTest> of(String service) {
        var root = "dev.faas." + service;
        var ours = classesOf(root);
        return Stream.of(
                        onlySharedUsesTheNatsClient(),
                        onlyStoresSpeakSql(),
                        noOtherModuleIsUsed(service),
                        slices().matching("dev.faas.(**)").should().beFreeOfCycles(),
                        noPackageUsesTheRoot(root),
                        theRootIsProgramVerticleAndConfiguration(root, service))
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(ours)));
    }

    private static ArchRule onlySharedUsesTheNatsClient() {
        return noClasses().should().dependOnClassesThat().resideInAPackage("io.nats..");
    }

    private static ArchRule onlyStoresSpeakSql() {
        return noClasses()
                .that()
                .haveNameNotMatching(".*Store(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient..", "java.sql..", "javax.sql..");
    }

    private static ArchRule noOtherModuleIsUsed(String service) {
        var others = MODULES.stream()
                .filter(module -> !module.equals(service))
                .map(module -> "dev.faas." + module + "..")
                .toArray(String[]::new);
        return noClasses().should().dependOnClassesThat(resideInAnyPackage(others));
    }

    private static ArchRule noPackageUsesTheRoot(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(root)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root)
                .allowEmptyShould(true);
    }

    /** Java makes classes of the other packages public for this one; other modules use the root package only. */
    private static ArchRule theRootIsProgramVerticleAndConfiguration(String root, String service) {
        var name = service.substring(0, 1).toUpperCase(Locale.ROOT) + service.substring(1);
        return classes()
                .that()
                .resideInAPackage(root)
                .and()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching(".*\\.(Main|%1$sVerticle|%1$sConfig)".formatted(name));
    }
}
