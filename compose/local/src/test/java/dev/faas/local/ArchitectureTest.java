package dev.faas.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.local");

    @Test
    void givenThisModule_whenItsImportsAreRead_thenTheyAreTheJdkAndAnUnpacker() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "dev.faas.local",
                        "org.apache.commons.compress..",
                        "org.tukaani.xz",
                        "org.slf4j",
                        "org.jspecify..")
                .check(OURS);
    }
}
