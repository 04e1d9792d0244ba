package dev.faas.cli.function;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.definition.ChangePrinter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Compares two revisions of a function. */
@Command(
        name = "diff",
        description = "Compare two revisions of a function, field by field.",
        footer = {
            "",
            "Examples:",
            "  faas fn diff hello",
            "  faas fn diff hello @1 @2",
            "",
            "Exit codes: 0 equal, 1 different, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
final class DiffCommand extends Verb {
    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name = "";

    @Parameters(
            index = "1..2",
            arity = "0..2",
            paramLabel = "@REVISION",
            description = "From and to. Default: the newest and the one before it; with one: from it to the newest.")
    private List<String> revisions = List.of();

    @Override
    protected int run(Session session) {
        var functions = new Functions(session.api());
        var newest = functions.get(name);
        if (revisions.isEmpty() && newest.number("revision") == 1) {
            session.output().note("%s has only one revision.".formatted(name));
            return Exit.OK;
        }
        var from = functions.get(name + "@"
                + (revisions.isEmpty() ? newest.number("revision") - 1 : number(name, revisions.getFirst())));
        var to = revisions.size() < 2 ? newest : functions.get(name + "@" + number(name, revisions.getLast()));
        var changes = FunctionFields.TABLE.changes(from, to);
        if (session.output().isForPrograms()) {
            session.output()
                    .list(
                            ChangePrinter.documents("function", name, changes),
                            ChangePrinter.COLUMNS,
                            change -> change.text("field"),
                            "");
        } else if (!changes.isEmpty()) {
            ChangePrinter.differences(
                    session.output(), name + "@" + from.text("revision"), name + "@" + to.text("revision"), changes);
        }
        return changes.isEmpty() ? Exit.OK : Exit.UNHAPPY;
    }

    private static long number(String name, String revision) {
        return number(revision.startsWith(name + "@") ? revision.substring(name.length()) : revision);
    }

    static long number(String revision) {
        var digits = revision.startsWith("@") ? revision.substring(1) : revision;
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw Failure.usage("'%s' is not a revision".formatted(revision), "Write it like @2.");
        }
        return Long.parseLong(digits);
    }
}
