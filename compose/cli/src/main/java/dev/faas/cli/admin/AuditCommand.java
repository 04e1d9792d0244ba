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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the audit log. */
@Command(
        name = "audit",
        description = {
            "Print who changed accounts, logins, keys and settings (log auth), or functions, secrets and quotas (log registry),",
            "newest first.",
            "Refused logins and calls are counted: one row a minute, address and account."
        },
        footer = {
            "",
            "Examples:",
            "  faas admin audit --since 1d --outcome refused",
            "  faas admin audit auth --actor anna --all",
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

    @Parameters(
            arity = "0..1",
            paramLabel = "LOG",
            description = "Which log: ${COMPLETION-CANDIDATES} (default: auth).")
    private Log log = Log.auth;

    @Option(
            names = "--actor",
            paramLabel = "USER",
            description =
                    "Only what this user did; operator: the program admin; anonymous: a caller without a login; platform: itself.")
    private @Nullable String actor;

    @Option(names = "--action", paramLabel = "ACTION", description = "Only this action, such as account.update.")
    private @Nullable String action;

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            description =
                    "Only what was done to this user, to the login, invitation or function of this id, or to the secret of this name.")
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

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Option(names = "--export", description = "All of them, oldest first, one JSON document a line.")
    private boolean export;

    @Override
    protected int run(Session session) {
        if (limit < 1) {
            throw Failure.usage("--limit: it must be 1 or more");
        }
        var api = session.api();
        var path = "/v1/admin/audit/" + log;
        var filters = filters(new Users(api));
        if (export) {
            export(session, api, path + "/export" + filters);
            return Exit.OK;
        }
        session.output()
                .list(
                        printer -> api.eachPage(path + filters, all ? Integer.MAX_VALUE : limit, printer::print),
                        List.of(
                                Column.time("TIME", "at"),
                                Column.text("ACTION", "action"),
                                Column.text("OUTCOME", "outcome"),
                                Column.text("ACTOR", "actor"),
                                Column.text("TARGET", "target"),
                                Column.text("ADDRESS", "address"),
                                Column.text("CHANGES", doc -> Doc.compact(doc.get("changes")))),
                        doc -> doc.text("seq"),
                        "No row matches.");
        return Exit.OK;
    }

    private String filters(Users users) {
        var filters = new ArrayList<String>();
        add(filters, "actor", actor == null ? null : users.id(actor));
        add(filters, "action", action);
        add(filters, "target", target == null || log == Log.registry ? target : users.id(target));
        add(filters, "outcome", outcome);
        add(filters, "since", since == null ? null : Durations.parseTime("--since", since));
        add(filters, "until", until == null ? null : Durations.parseTime("--until", until));
        return filters.isEmpty() ? "" : "?" + String.join("&", filters);
    }

    private static void add(List<String> filters, String name, @Nullable Object value) {
        if (value != null) {
            filters.add(name + "=" + Request.encode(value.toString()));
        }
    }

    /** Prints whole lines only. It is not repeated, because what was printed cannot be taken back. */
    private static void export(Session session, Api api, String path) {
        try (var response = api.open(Request.get(path));
                var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                session.output().line(line);
            }
        } catch (IOException e) {
            throw new Failure(
                    Exit.UNAVAILABLE,
                    "the export broke off: " + Failure.reason(e),
                    "What was printed is a part of it. Try again.");
        }
    }
}
