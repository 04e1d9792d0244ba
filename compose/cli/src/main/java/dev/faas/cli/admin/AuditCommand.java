package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import dev.faas.cli.output.ListLimit;
import dev.faas.cli.output.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the audit logs. */
@Command(
        name = "audit",
        description = {
            "Print who changed what, newest first.",
            "The log auth has accounts, logins, keys, invitations and settings; the log registry has functions, secrets and quotas.",
            "Refused logins and calls are counted: one row a minute, address and account.",
            "Users are shown by name; -o json has their ids, too."
        },
        footer = {
            "",
            "Examples:",
            "  faas admin audit --actor anna --all",
            "  faas admin audit --since 1d --outcome refused",
            "  faas admin audit registry --action function.delete",
            "  faas admin audit --since 2026-01-01 --export > audit.jsonl",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such user, 5 unavailable, 6 refused: you are no admin."
        })
final class AuditCommand extends Verb {
    /** Of the audit logs; each service has one. */
    enum Log {
        auth,
        registry
    }

    /** Of what was tried. */
    enum Result {
        ok,
        refused
    }

    /** For the help and the completion of shells. The platform checks no action. */
    static final class Actions extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Actions() {
            super(List.of(
                    "account.create",
                    "account.update",
                    "account.delete",
                    "account.reset",
                    "password.change",
                    "password.reset",
                    "session.create",
                    "session.end",
                    "session.reuse",
                    "sessions.end",
                    "key.create",
                    "key.delete",
                    "invitation.create",
                    "invitation.delete",
                    "settings.update",
                    "admin.call",
                    "function.create",
                    "function.update",
                    "function.rollback",
                    "function.delete",
                    "secret.create",
                    "secret.update",
                    "secret.delete",
                    "quota.update",
                    "quota.delete"));
        }
    }

    /** What acts and is no user. */
    private static final Set<String> OTHERS = Set.of("operator", "anonymous", "platform");

    @Parameters(
            arity = "0..1",
            paramLabel = "LOG",
            description = "Only this log: ${COMPLETION-CANDIDATES}. Default: both.")
    private @Nullable Log log;

    @Option(
            names = "--actor",
            paramLabel = "USER",
            description =
                    "Only what this user did, who may be deleted; operator: the program admin; anonymous: a caller without a login; platform: itself.")
    private @Nullable String actor;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            completionCandidates = Actions.class,
            description = "Only this action: ${COMPLETION-CANDIDATES}.")
    private @Nullable String action;

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            description =
                    "Only what was done to this user, to the login, key, invitation or function of this id, to the secret of this name, or to registration.")
    private @Nullable String target;

    @Option(names = "--outcome", paramLabel = "OUTCOME", description = "Only ${COMPLETION-CANDIDATES}.")
    private @Nullable Result outcome;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only rows since then: 1h (ago), 2026-01-31 or 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only rows before then.")
    private @Nullable String until;

    @Mixin
    private final ListLimit limit = new ListLimit();

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Option(
            names = "--export",
            description = "All of them, oldest first, one log after the other, one JSON document a line.")
    private boolean export;

    @Override
    protected int run(Session session) {
        limit.checked(); // also with --export
        var api = session.api();
        var names = new UserNames(api);
        var logs = log == null ? List.of(Log.values()) : List.of(log);
        var filters = filters(names);
        if (export) {
            logs.forEach(each -> export(session, api, each, filters, names));
            return Exit.OK;
        }
        session.output()
                .list(
                        printer -> merge(api, logs, filters, names, printer),
                        List.of(
                                Column.time("TIME", "at"),
                                Column.text("ACTION", "action"),
                                Column.text("OUTCOME", "outcome"),
                                Column.text("ACTOR", doc -> who(doc, "actor")),
                                Column.text("TARGET", doc -> who(doc, "target")),
                                Column.text("ADDRESS", "address"),
                                Column.text("CHANGES", doc -> Doc.compact(doc.get("changes")))),
                        doc -> doc.text("log") + "/" + doc.text("seq"),
                        "No row matches.");
        return Exit.OK;
    }

    private static String who(Doc row, String field) {
        return row.find(field + "Name").orElse(row.text(field));
    }

    private static String path(Log log) {
        return "/v1/admin/audit/" + log;
    }

    private String filters(UserNames names) {
        var filters = new ArrayList<String>();
        add(filters, "actor", actor == null ? null : actorId(names, actor));
        add(filters, "action", action);
        add(
                filters,
                "target",
                target == null || log == Log.registry
                        ? target
                        : id(names, target).orElse(target));
        add(filters, "outcome", outcome);
        add(filters, "since", since == null ? null : Durations.parseTime("--since", since));
        add(filters, "until", until == null ? null : Durations.parseTime("--until", until));
        return filters.isEmpty() ? "" : "?" + String.join("&", filters);
    }

    private static String actorId(UserNames names, String actor) {
        return OTHERS.contains(actor)
                ? actor
                : id(names, actor)
                        .orElseThrow(() -> new Failure(
                                Exit.NOT_FOUND,
                                "there is and was no user \"%s\"".formatted(actor),
                                "List them: faas admin user list"));
    }

    private static Optional<String> id(UserNames names, String nameOrId) {
        boolean isId = nameOrId.matches("[a-z]{2,3}_[0-9A-Za-z_-]{22,26}");
        return isId ? Optional.of(nameOrId) : names.idOf(nameOrId);
    }

    private static void add(List<String> filters, String name, @Nullable Object value) {
        if (value != null) {
            filters.add(name + "=" + Request.encode(value.toString()));
        }
    }

    /** The next row of a log, and those after it. */
    private record Head(Log log, Doc row, Iterator<Doc> rest) {}

    private void merge(Api api, List<Log> logs, String filters, UserNames names, Output.Printer printer) {
        int left = limit.orAll(all);
        var heads = new PriorityQueue<Head>(
                Comparator.comparing((Head head) -> head.row().text("at")).reversed());
        logs.forEach(each -> addHead(heads, each, api.items(path(each) + filters, left)));
        boolean wantsMore = true;
        for (int i = 0; i < left && wantsMore && !heads.isEmpty(); i++) {
            var head = heads.remove();
            wantsMore = printer.print(List.of(named(head.log(), head.row(), names)));
            addHead(heads, head.log(), head.rest());
        }
    }

    private static void addHead(PriorityQueue<Head> heads, Log log, Iterator<Doc> rows) {
        if (rows.hasNext()) {
            heads.add(new Head(log, rows.next(), rows));
        }
    }

    private static Doc named(Log log, Doc row, UserNames names) {
        for (var field : List.of("actor", "target")) {
            row.with(field + "Name", names.nameOf(row.text(field)).orElse(null));
        }
        return row.with("log", log.name());
    }

    /** Prints whole lines only. It is not repeated, because what was printed cannot be taken back. */
    private static void export(Session session, Api api, Log log, String filters, UserNames names) {
        try (var response = api.open(Request.get(path(log) + "/export" + filters));
                var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                session.output().line(Doc.compact(named(log, Doc.parse(line), names)));
            }
        } catch (IOException e) {
            throw new Failure(
                    Exit.UNAVAILABLE,
                    "the export broke off: " + Failure.reason(e),
                    "What was printed is a part of it. Try again.");
        }
    }
}
