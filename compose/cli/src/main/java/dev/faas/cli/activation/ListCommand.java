package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.output.ListLimit;
import dev.faas.cli.output.Output;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists activations. */
@Command(
        name = "list",
        aliases = "ls",
        description = "List activations, newest first.",
        footer = {
            "",
            "Examples:",
            "  faas act list --function resize --status failed,timed_out --since 1h",
            "  faas act list --tag order=4711 --all -o name",
            "  faas act list --status queued,running --watch",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable."
        })
final class ListCommand extends Verb {
    /** Each of them is read every two seconds. */
    private static final int MOST_WATCHED = 1_000;

    @Mixin
    private final ActivationFlags flags = new ActivationFlags();

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Option(
            names = "--watch",
            description = "Ask every two seconds until Ctrl-C, for 1000 at most. A pipe gets a line for each change.")
    private boolean watch;

    @Override
    protected int run(Session session) throws InterruptedException {
        int wanted = limit.checked();
        var query = flags.query();
        if (watch) {
            return watch(session, query, all ? MOST_WATCHED : wanted);
        }
        if (all || !session.terminal().out()) {
            var api = session.api();
            print(session, query.pages(api, limit.orAll(all), () -> flags.checkFunction(api)));
            return Exit.OK;
        }
        var found = query.read(session.api(), wanted == Integer.MAX_VALUE ? wanted : wanted + 1);
        if (found.isEmpty()) {
            flags.checkFunction(session.api());
        }
        print(session, printer -> printer.print(found.subList(0, Math.min(wanted, found.size()))));
        if (found.size() > wanted) {
            session.output().note("There are more: --limit N or --all.");
        }
        return Exit.OK;
    }

    private static void print(Session session, Output.Pages pages) {
        session.output()
                .list(pages, ActivationColumns.LIST, item -> item.text("activationId"), "No activation matches.");
    }

    private int watch(Session session, ActivationQuery query, int wanted) throws InterruptedException {
        if (session.terminal().out() && !session.output().isForPrograms()) {
            var api = session.api().retryFor(Duration.ZERO);
            return new LiveView(
                            session.output(),
                            width -> session.output().render(query.read(api, wanted), ActivationColumns.LIST, width))
                    .run(Long.MAX_VALUE);
        }
        var api = session.api().forWaiting();
        Map<String, String> seen = new HashMap<>();
        while (true) {
            var changed = query.read(api, wanted).stream()
                    .filter(item -> !state(item).equals(seen.put(item.text("activationId"), state(item))))
                    .toList()
                    .reversed();
            if (!changed.isEmpty()) {
                print(session, printer -> printer.print(changed));
            }
            Thread.sleep(LiveView.PERIOD_MS);
        }
    }

    private static String state(Doc item) {
        return item.text("status") + " " + item.text("attempt");
    }
}
