package dev.faas.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The client is small, and starts fast, because of what it does not load. */
class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.faas");

    @Test
    void theClientDependsOnItsThreeLibrariesOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "com.sun.net.httpserver..", // for the training
                        "javax.net.ssl..",
                        "dev.faas.cli..",
                        "picocli..",
                        "com.fasterxml.jackson.jr..",
                        "org.snakeyaml.engine..",
                        "org.jspecify..")
                .check(OURS);
    }

    /** It takes 0.4 s to load. */
    @Test
    void onlyPatchRequestLoadsTheHeavyHttpClient() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.faas.cli.http.PatchRequest")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.net.http..")
                .check(OURS);
    }

    /** What a verb does can be called without a command line. */
    @Test
    void onlyVerbsAndTheirOptionsUsePicocli() {
        noClasses()
                .that(not(readsTheCommandLine()))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .check(OURS);
    }

    private static DescribedPredicate<JavaClass> readsTheCommandLine() {
        var options = DescribedPredicate.<JavaClass>describe(
                "has options",
                type -> type.getFields().stream()
                        .anyMatch(field ->
                                field.isAnnotatedWith(Option.class) || field.isAnnotatedWith(Parameters.class)));
        return options.or(annotatedWith(Command.class))
                .or(assignableTo(Verb.class))
                .or(assignableTo(IModelTransformer.class)) // makes options
                .or(resideInAPackage("dev.faas.cli.completion"))
                .or(nameMatching("dev\\.faas\\.cli\\.(Main|Verbs|VerbGroup|VerbHelp)(\\$.*)?"));
    }

    /** Apart from the root, which has both the program, which uses all of them, and what all of them use. */
    @Test
    void thePackagesHaveAnOrder() {
        slices().matching("dev.faas.cli.(*)..").should().beFreeOfCycles().check(OURS);
    }
}
