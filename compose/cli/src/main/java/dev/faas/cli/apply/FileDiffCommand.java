package dev.faas.cli.apply;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.ChangePrinter;
import dev.faas.cli.definition.DefinitionFiles;
import java.io.IOException;
import java.util.ArrayList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Compares files with the platform. */
@Command(
        name = "diff",
        description = {
            "Show what faas apply would change.",
            "Compares the platform with files, field by field. What apply would delete: faas apply --prune --dry-run."
        },
        footer = {
            "",
            "Examples:",
            "  faas diff -f functions.yaml",
            "  faas fn export | faas diff -f -",
            "",
            "Exit codes: 0 equal, 1 different, 2 usage or a mistake in a file, 3 not logged in, 5 unavailable."
        })
public final class FileDiffCommand extends Verb {
    @Mixin
    private final DefinitionFiles files = new DefinitionFiles();

    @Override
    protected int run(Session session) throws IOException {
        var definitions = files.read(Kinds.FIELDS);
        var documents = new ArrayList<Doc>();
        boolean different = false;
        for (var step : Plan.of(Kinds.of(session.api()), definitions)) {
            different |= step.action() != Plan.Action.unchanged;
            documents.addAll(ChangePrinter.documents(step.kind(), step.name(), step.changes()));
            if (step.action() != Plan.Action.unchanged && !session.output().isForPrograms()) {
                ChangePrinter.differences(
                        session.output(),
                        step.current() == null
                                ? step.title() + " (new)"
                                : step.things().title(step.current()),
                        String.valueOf(
                                step.wanted() == null ? "" : step.wanted().at("")),
                        step.changes());
            }
        }
        if (session.output().isForPrograms()) {
            session.output().list(documents, ChangePrinter.COLUMNS, doc -> doc.text("field"), "");
        }
        return different ? Exit.UNHAPPY : Exit.OK;
    }
}
