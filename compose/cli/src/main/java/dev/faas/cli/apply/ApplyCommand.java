package dev.faas.cli.apply;

import dev.faas.cli.Confirmation;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.apply.Plan.Action;
import dev.faas.cli.apply.Plan.Step;
import dev.faas.cli.definition.Change;
import dev.faas.cli.definition.Definition;
import dev.faas.cli.definition.DefinitionFiles;
import dev.faas.cli.definition.Field;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.output.Column;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the platform have the functions, schedules, hooks, sources and destinations of files. */
@Command(
        name = "apply",
        description = {
            "Make functions, schedules, hooks, sources and destinations as files define them.",
            "A field that is missing in a file has its default, but paused, note and remainingActions of a schedule, paused and secrets of a hook, paused of a source, and enabled, headers and secret of a destination stay as they are; headers and secrets that a file names are written each time. faas hook rotate prints the address of a new hook. A change of a function makes a new revision; without a change nothing is written."
        },
        footer = {
            "",
            "A file is YAML or JSON; faas fn export writes one. For example:",
            "  functions:",
            "    - name: resize",
            "      image: registry.example.org/resize:2",
            "      env: {LEVEL: \"3\"}",
            "      labels: {team: web}",
            "      limits: {memoryMb: 256, timeoutSeconds: 30}",
            "      concurrency: 4",
            "    - name: hello",
            "      image: busybox",
            "      entrypoint: [echo]",
            "  schedules:",
            "    - {name: nightly, function: hello, cron: 30 2 * * *, zone: Europe/Berlin}",
            "  hooks:",
            "    - {name: push, function: hello, match: {\"header:X-GitHub-Event\": push}}",
            "  sources:",
            "    - {name: orders, function: hello, subject: orders.new}",
            "  destinations:",
            "    - {name: erp, url: https://erp.example/x, events: [activation.failed]}",
            "Their fields: openapi.yaml, faas fn export NAME, faas schedule get NAME -o yaml. Nothing is changed when a file has",
            "a mistake.",
            "",
            "Examples:",
            "  faas apply -f functions.yaml",
            "  faas fn export | faas apply -f - --dry-run",
            "",
            "Exit codes: 0 fine, 2 usage or a mistake in a file, 3 not logged in, 5 unavailable, 6 refused, 130 not confirmed; when several failed, the highest of theirs."
        })
public final class ApplyCommand extends Verb {
    private static final int MAX_ATTEMPTS = 5;

    private static final List<Column> COLUMNS = List.of(
            Column.text("NAME", "name"),
            Column.text("ACTION", "action"),
            Column.text("FIELDS", doc -> String.join(", ", fields(doc))));

    @Mixin
    private final DefinitionFiles files = new DefinitionFiles();

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(names = "--prune", description = "Delete the functions with the labels of -l that are not in the files.")
    private boolean prune;

    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME=VALUE",
            description = "Of --prune. May be repeated: all must match.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before --prune deletes. Required in a pipe.")
    private boolean yes;

    @Override
    protected int run(Session session) throws IOException {
        if (prune == labels.isEmpty()) {
            throw Failure.usage(
                    prune ? "--prune needs -l NAME=VALUE, which limits what it may delete" : "-l belongs to --prune");
        }
        var definitions = files.read(Kinds.FIELDS);
        var api = session.api();
        var functions = new Functions(api);
        var steps = new ArrayList<>(Plan.of(Kinds.of(api), definitions));
        var superfluous = superfluous(functions, definitions);
        if (!superfluous.isEmpty() && !dryRun) {
            Confirmation.require(
                    session,
                    "Delete %s?".formatted(superfluous.stream().map(Step::name).collect(Collectors.joining(", "))),
                    yes);
        }
        steps.addAll(superfluous);
        return new Run(session, steps).execute();
    }

    private List<Step> superfluous(Functions functions, List<Definition> definitions) {
        if (!prune) {
            return List.of();
        }
        var wanted = definitions.stream()
                .filter(definition -> definition.fields().equals(functions.fields()))
                .map(Definition::name)
                .collect(Collectors.toSet());
        return functions.list(labels, true).stream()
                .filter(function -> !wanted.contains(function.text(Field.NAME)))
                .map(function -> Step.delete(functions, function))
                .toList();
    }

    private static List<String> fields(Doc result) {
        return result.get("fields") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Takes the steps one by one. One that fails does not stop the others, but a platform that is away does. */
    private final class Run {
        private final Session session;
        private final List<Step> steps;
        private final List<Doc> results = new ArrayList<>();
        private final Map<Action, Integer> counts = new EnumMap<>(Action.class);
        private int failed;
        private int exit = Exit.OK;

        Run(Session session, List<Step> steps) {
            this.session = session;
            this.steps = steps;
        }

        int execute() {
            for (var step : steps) {
                try {
                    report(dryRun ? step : take(step));
                } catch (Failure e) {
                    fail(step, e);
                    if (e.exit() == Exit.UNAVAILABLE || e.exit() == Exit.NOT_LOGGED_IN) {
                        break;
                    }
                }
            }
            if (session.output().isForPrograms()) {
                session.output().list(results, COLUMNS, doc -> doc.text("name"), "");
            }
            session.output().note(summary());
            return exit;
        }

        /** @return what was done, which differs from the plan when another change was faster */
        private Step take(Step planned) {
            var step = planned;
            for (int attempt = 1; ; attempt++) {
                try {
                    switch (step.action()) {
                        case created -> step.things().create(body(step));
                        case updated -> step.things().replace(Objects.requireNonNull(step.current()), body(step));
                        case deleted -> step.things().delete(step.name());
                        case unchanged -> {}
                    }
                    return step;
                } catch (ApiFailure e) {
                    if (e.status() != 412 || attempt == MAX_ATTEMPTS) {
                        throw e;
                    }
                    var things = step.things();
                    var next = Plan.step(things, Objects.requireNonNull(step.wanted()), things.get(step.name()));
                    if (next.action() == Action.unchanged && e.isAfterRepeat()) {
                        return step; // the first of two requests took effect
                    }
                    step = next;
                }
            }
        }

        private Doc body(Step step) {
            return Objects.requireNonNull(step.wanted()).body();
        }

        private void report(Step step) {
            counts.merge(step.action(), 1, Integer::sum);
            var fields = step.action() == Action.updated
                    ? step.changes().stream().map(Change::path).toList()
                    : List.<String>of();
            results.add(Doc.empty()
                    .with("kind", step.kind())
                    .with("name", step.name())
                    .with("action", step.action().name())
                    .with("fields", fields)
                    .with("dryRun", dryRun));
            if (session.output().isForPrograms()) {
                return;
            }
            var names = String.join(", ", fields);
            session.output()
                    .line(
                            session.terminal().out()
                                    ? "%s %s%s"
                                            .formatted(step.title(), words(step), names.isEmpty() ? "" : ": " + names)
                                    : "%s\t%s\t%s".formatted(step.title(), step.action(), names));
        }

        private String words(Step step) {
            return !dryRun || step.action() == Action.unchanged
                    ? step.action().name()
                    : "would be " + step.action().name();
        }

        private void fail(Step step, Failure e) {
            failed++;
            exit = Math.max(exit, e.exit());
            results.add(Doc.empty()
                    .with("kind", step.kind())
                    .with("name", step.name())
                    .with("action", "failed")
                    .with("fields", List.of())
                    .with("dryRun", dryRun)
                    .with("error", e.text()));
            var shown = inFile(step, e);
            session.output().error(step.title() + ": " + shown.text(), shown.advice());
        }

        /** The same failure with the places of the fields that the server refused. */
        private static Failure inFile(Step step, Failure e) {
            var definition = step.wanted();
            return definition != null
                            && e instanceof ApiFailure refused
                            && !refused.fieldErrors().isEmpty()
                    ? refused.explained(
                            "invalid " + step.kind(),
                            refused.fieldErrors().stream()
                                    .map(error -> definition.at(error.field()) + ": " + error)
                                    .toList())
                    : e;
        }

        private String summary() {
            var parts = new ArrayList<String>();
            counts.forEach((action, count) -> parts.add(count + " " + action));
            if (failed > 0) {
                parts.add(failed + " failed");
            }
            int left = steps.size() - results.size();
            if (left > 0) {
                parts.add(left + " not tried");
            }
            return (dryRun ? "Dry run: " : "") + (parts.isEmpty() ? "nothing to do" : String.join(", ", parts)) + ".";
        }
    }
}
