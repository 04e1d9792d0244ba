package dev.faas.cli.hook;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a new address of a hook. */
@Command(
        name = "rotate",
        description = {
            "Make a new address of a hook, and print it.",
            "It goes to standard output alone, and is shown only this once. Until --overlap ends the old one works, too."
        },
        footer = {
            "",
            "Examples:",
            "  faas hook rotate push",
            "  faas hook rotate push --overlap 0 > push.url",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 refused."
        })
final class RotateCommand extends Verb {
    @Parameters(paramLabel = "HOOK", description = "The hook, by name or id.")
    private String name = "";

    @Option(
            names = "--overlap",
            paramLabel = "TIME",
            defaultValue = "24h",
            description = "How long, in whole hours; 0: no longer (default: ${DEFAULT-VALUE}).")
    private String overlap = "";

    @Override
    protected int run(Session session) {
        var hooks = new Hooks(session.api());
        long hours = Durations.parse("--overlap", overlap).isZero()
                ? 0
                : Durations.whole("--overlap", overlap, Duration.ofHours(1));
        var body = Doc.empty().with("overlapHours", hours);
        HookPrinter.withAddress(session, hooks.withAddress(hooks.tell(name, "rotate", body)), "Rotated");
        return Exit.OK;
    }
}
