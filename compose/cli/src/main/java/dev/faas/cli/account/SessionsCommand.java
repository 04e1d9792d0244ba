package dev.faas.cli.account;

import dev.faas.cli.EachOf;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Suggestion;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists and ends sessions. */
@Command(
        name = "sessions",
        description = {
            "List your sessions, or end some of them.",
            "A session is what one login began. Without a command it lists them."
        },
        subcommands = {SessionsCommand.ListCommand.class, SessionsCommand.EndCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas sessions",
            "  faas sessions end --others",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused to an API key."
        })
public final class SessionsCommand extends Verb {
    private static final String ALL = "/v1/auth/sessions";
    private static final String ID = "sid";

    @Override
    protected int run(Session session) {
        return list(session);
    }

    private static int list(Session session) {
        return session.list(
                ALL,
                List.of(
                        Column.text("", doc -> doc.isTrue("current") ? "*" : ""),
                        Column.whole("ID", ID),
                        Column.text("ADDRESS", "address"),
                        Column.text("CLIENT", "client"),
                        Column.time("LAST USED", "lastUsedAt"),
                        Column.time("CREATED", "createdAt"),
                        Column.end("ENDS", "endsAt")),
                ID,
                "No sessions.");
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List your sessions, newest first; the one in use has an asterisk.",
            footer = {
                "",
                "Examples:",
                "  faas sessions list",
                "  faas sessions list -o json",
                "",
                "Exit codes: 0 fine, 3 not logged in, 5 unavailable, 6 refused to an API key."
            })
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            return list(session);
        }
    }

    @Command(
            name = "end",
            description = "End sessions, with their tokens and open streams.",
            footer = {
                "",
                "Examples:",
                "  faas sessions end sid_c3RvbmUgaXMgaGFyZCEhIQ",
                "  faas sessions end --others",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused to an API key. The others are ended."
            })
    static final class EndCommand extends Verb {
        @Parameters(
                arity = "0..*",
                paramLabel = "SESSION",
                description = "Their ids, such as sid_c3RvbmUgaXMgaGFyZCEhIQ.")
        private List<String> ids = List.of();

        @Option(names = "--others", description = "All but the one in use.")
        private boolean others;

        @Override
        protected int run(Session session) {
            if (ids.isEmpty() != others) {
                throw Failure.usage("give either ids or --others", "List them: faas sessions");
            }
            var api = session.api();
            if (others) {
                api.document(Request.of("DELETE", ALL));
                session.output().note("Ended all other sessions.");
                return Exit.OK;
            }
            return EachOf.change(session, ids, id -> {
                try {
                    api.document(Request.of("DELETE", ALL + "/" + Request.part(id)));
                } catch (ApiFailure e) {
                    throw Suggestion.ifMissing(e, "session", id, () -> api.list(ALL, 500), ID, "faas sessions");
                }
                session.output().note("Ended %s.".formatted(id));
            });
        }
    }
}
