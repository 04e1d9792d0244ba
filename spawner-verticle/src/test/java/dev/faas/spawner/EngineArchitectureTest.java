package dev.faas.spawner;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class EngineArchitectureTest {

    private final JavaClasses spawner = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas.spawner");

    /** The port hides Docker: whoever wants more of it extends the port. */
    @Test
    void givenTheSpawner_whenItUsesDockerJava_thenOnlyBehindThePort() {
        noClasses()
                .that()
                .haveNameNotMatching(
                        "dev\\.faas\\.spawner\\."
                                + "(Docker(Engine|Boot|Calls|Refusal)|Attachment|ImageStore|InitVolume|ContainerPlan|PostMortem|Streamed)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.github.dockerjava..")
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
}
