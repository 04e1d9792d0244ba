package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Output;
import dev.faas.cli.output.Yaml;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes functions as a file for {@code apply}. */
@Command(
        name = "export",
        description = {"Write functions as YAML that faas apply reads.", "Contains only what differs from the defaults."
        },
        footer = {
            "",
            "Examples:",
            "  faas fn export hello",
            "  faas fn export > functions.yaml",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
        })
final class ExportCommand extends Verb {
    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "The functions. Default: all that faas fn list shows.")
    private List<String> names = List.of();

    @Override
    protected int run(Session session) {
        var functions = new Functions(session.api());
        var chosen = names.isEmpty()
                ? functions.list(Map.of(), false)
                : names.stream().distinct().map(functions::get).toList();
        var file = Doc.empty()
                .with(
                        "functions",
                        chosen.stream()
                                .map(function -> FunctionFields.TABLE
                                        .withoutDefaults(function)
                                        .fields())
                                .toList());
        if (session.output().form() == Output.Form.json || session.output().form() == Output.Form.jsonl) {
            session.output().line(Doc.pretty(file));
        } else {
            session.output().text(Yaml.write(file.fields()));
        }
        return Exit.OK;
    }
}
