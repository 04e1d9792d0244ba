package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.account.ShownOnce;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes, lists and withdraws invitations. */
@Command(
        name = "invitation",
        description = {"Manage invitations.", "A user with one can register once, also while registration is not open."
        },
        subcommands = {
            InvitationCommand.CreateCommand.class,
            InvitationCommand.ListCommand.class,
            InvitationCommand.DeleteCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas admin invitation create",
            "  faas admin invitation list",
            "",
            "Exit codes: 0 fine, 2 usage, 6 refused: you are no admin; more in the help of each command."
        })
final class InvitationCommand extends VerbGroup {
    private static final String ALL = "/v1/admin/invitations";

    @Command(
            name = "create",
            description = {
                "Make an invitation, and print its code.",
                "The code alone goes to standard output. It is shown only this once."
            },
            footer = {
                "",
                "Examples:",
                "  faas admin invitation create",
                "  faas admin invitation create --username anna --expires 7d",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused: you are no admin."
            })
    static final class CreateCommand extends Verb {
        @Option(names = "--username", paramLabel = "NAME", description = "The only name that may register with it.")
        private @Nullable String username;

        @Option(names = "--admin", description = "The new user is an admin.")
        private boolean admin;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "For how many whole hours it is valid, such as 7d. Default: 72h.")
        private @Nullable String expires;

        @Override
        protected int run(Session session) {
            var body = Doc.empty();
            if (username != null) {
                body.with("username", username);
            }
            if (admin) {
                body.with("admin", true);
            }
            if (expires != null) {
                body.with("expiresInHours", Durations.whole("--expires", expires, Duration.ofHours(1)));
            }
            var invitation = session.api()
                    .document(
                            Request.of("POST", ALL).json(body),
                            "invitation",
                            Map.of("username", "--username", "expiresInHours", "--expires, in hours,"));
            ShownOnce.print(
                    session,
                    invitation,
                    "code",
                    "This code works once, until %s: faas register %s --invitation CODE"
                            .formatted(
                                    invitation.text("expiresAt"),
                                    session.access().contexts().selected().url()));
            return Exit.OK;
        }
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List the invitations that can still be used, oldest first.",
            footer = {
                "",
                "Examples:",
                "  faas admin invitation list",
                "  faas admin invitation list -o name",
                "",
                "Exit codes: 0 fine, 3 not logged in, 5 unavailable, 6 refused: you are no admin."
            })
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            return session.list(
                    ALL,
                    List.of(
                            Column.whole("ID", "id"),
                            Column.text("FOR", "username"),
                            Column.text("ADMIN", doc -> doc.isTrue("admin") ? "yes" : ""),
                            Column.end("EXPIRES", "expiresAt"),
                            Column.text("CREATED BY", "createdBy"),
                            Column.time("CREATED", "createdAt")),
                    "id",
                    "No invitations.");
        }
    }

    @Command(
            name = "delete",
            aliases = "rm",
            description = {"Withdraw invitations.", "One that was used or never existed is no failure."},
            footer = {
                "",
                "Examples:",
                "  faas admin invitation delete inv_06b7gd98g07rk4q3v8x2m5n9td",
                "  faas admin invitation list -o name | xargs faas admin invitation delete",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused: you are no admin."
            })
    static final class DeleteCommand extends Verb {
        @Parameters(arity = "1..*", paramLabel = "INVITATION", description = "Their ids.")
        private List<String> ids = List.of();

        @Override
        protected int run(Session session) {
            var api = session.api();
            return EachOf.change(session, ids, id -> {
                api.document(Request.of("DELETE", ALL + "/" + Request.part(id)));
                session.output().note("%s cannot be used.".formatted(id));
            });
        }
    }
}
