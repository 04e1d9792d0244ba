package dev.faas.cli.source;

import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.Field;
import picocli.CommandLine.Command;

/** Lists sources. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your sources by name.",
        footer = {
            "",
            "Examples:",
            "  faas source list",
            "  faas source list -o name",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    @Override
    protected int run(Session session) {
        return session.list(
                Sources.ALL,
                SourcePrinter.COLUMNS,
                Field.NAME,
                "No sources. Create one: faas source create NAME --function FUNCTION --subject SUBJECT");
    }
}
