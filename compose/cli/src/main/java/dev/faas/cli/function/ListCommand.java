package dev.faas.cli.function;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.Field;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists functions. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List your functions by name.",
        footer = {
            "",
            "Examples:",
            "  faas fn list",
            "  faas fn list --label team=web -o name",
            "",
            "Exit codes: 0 fine, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME=VALUE",
            description = "Only functions with this label. May be repeated: all must match.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = {"-a", "--all"},
            description = "Also those that faas run made.")
    private boolean all;

    @Override
    protected int run(Session session) {
        session.output()
                .list(
                        new Functions(session.api()).list(labels, all),
                        FunctionPrinter.COLUMNS,
                        function -> function.text(Field.NAME),
                        labels.isEmpty()
                                ? "No functions. Create one: faas fn create NAME --image IMAGE"
                                : "No functions with these labels.");
        return Exit.OK;
    }
}
