package dev.faas.cli.admin;

import dev.faas.cli.Confirmation;
import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.account.ShownOnce;
import dev.faas.cli.account.Users;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, makes and deletes users. */
@Command(
        name = "user",
        description = "Manage users.",
        subcommands = {
            UserCommand.ListCommand.class,
            UserCommand.CreateCommand.class,
            UserChange.DisableCommand.class,
            UserChange.EnableCommand.class,
            UserChange.PromoteCommand.class,
            UserChange.DemoteCommand.class,
            UserCommand.LogoutCommand.class,
            UserCommand.ResetCommand.class,
            UserCommand.DeleteCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas admin user create anna",
            "  faas admin user disable anna",
            "",
            "Exit codes: 0 fine, 2 usage, 6 refused: you are no admin; more in the help of each command."
        })
final class UserCommand extends VerbGroup {
    private static final String NAME = "username";

    private static String use(Session session, String user, Doc answer) {
        return "This code sets the password of %s once, until %s: faas password reset %s --code CODE"
                .formatted(
                        user,
                        answer.text("expiresAt"),
                        session.access().contexts().selected().url());
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List all users in the order of their registration.",
            footer = {
                "",
                "Examples:",
                "  faas admin user list",
                "  faas admin user list -o name",
                "",
                "Exit codes: 0 fine, 3 not logged in, 5 unavailable, 6 refused: you are no admin."
            })
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            return session.list(
                    Users.ALL,
                    List.of(
                            Column.text("NAME", NAME),
                            Column.whole("ID", "userId"),
                            Column.text("STATE", "state"),
                            Column.text("ROLES", doc -> String.join(",", doc.texts("roles"))),
                            Column.time("LAST LOGIN", "lastLoginAt"),
                            Column.time("CREATED", "createdAt")),
                    NAME,
                    "No users.");
        }
    }

    @Command(
            name = "create",
            description = {
                "Make a user, and print the code that sets its first password.",
                "The code alone goes to standard output. It is shown only this once."
            },
            footer = {
                "",
                "Examples:",
                "  faas admin user create anna",
                "  faas admin user create anna > code",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 the name is taken, or you are no admin."
            })
    static final class CreateCommand extends Verb {
        @Parameters(paramLabel = "NAME", description = "3 to 64 of a-z, 0-9, '.', '_' and '-'.")
        private String name = "";

        @Override
        protected int run(Session session) {
            var request = Request.of("POST", Users.ALL).json(Doc.empty().with(NAME, name));
            var user = session.api().document(request, "user", Map.of(NAME, "NAME"));
            ShownOnce.print(session, user, "code", use(session, name, user));
            return Exit.OK;
        }
    }

    @Command(
            name = "logout",
            description = {"End all logins of users.", "Their API keys stay: to end those, too, disable the user."},
            footer = {
                "",
                "Examples:",
                "  faas admin user logout anna",
                "  faas admin user logout anna berta",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such user, 5 unavailable, 6 refused: you are no admin."
            })
    static final class LogoutCommand extends Verb {
        @Parameters(arity = "1..*", paramLabel = "USER", description = "Their names or ids.")
        private List<String> names = List.of();

        @Override
        protected int run(Session session) {
            var users = new Users(session.api());
            return EachOf.change(session, names, user -> {
                users.call("DELETE", user, "/sessions", null);
                session.output().note("Ended all logins of %s.".formatted(user));
            });
        }
    }

    @Command(
            name = "reset",
            description = {
                "Print a code that sets a new password of a user.",
                "It works once, within 24 hours. An older code is void. When it is used, logins end and API keys are deleted; until then they stay."
            },
            footer = {
                "",
                "Examples:",
                "  faas admin user reset anna",
                "  faas admin user reset anna > code",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such user, 5 unavailable, 6 refused: you are no admin."
            })
    static final class ResetCommand extends Verb {
        @Parameters(paramLabel = "USER", description = "Its name or id.")
        private String user = "";

        @Override
        protected int run(Session session) {
            var code = new Users(session.api()).call("POST", user, "/reset", null);
            ShownOnce.print(session, code, "code", use(session, user, code));
            return Exit.OK;
        }
    }

    @Command(
            name = "delete",
            aliases = "rm",
            description = {
                "Delete users, with their functions, secrets, API keys and records.",
                "What is queued or runs is cancelled. Their names can never be used again."
            },
            footer = {
                "",
                "Examples:",
                "  faas admin user delete anna",
                "  faas admin user delete anna berta --yes",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such user, 5 unavailable, 6 the last admin, or you are no admin, 130 not confirmed."
            })
    static final class DeleteCommand extends Verb {
        @Parameters(arity = "1..*", paramLabel = "USER", description = "Their names or ids.")
        private List<String> names = List.of();

        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask. Required in a pipe.")
        private boolean yes;

        @Override
        protected int run(Session session) throws IOException {
            var users = new Users(session.api());
            var all = new LinkedHashSet<>(names);
            all.forEach(users::get); // a name that is wrong stops all before the first is deleted
            Confirmation.require(session, "Delete %s? This cannot be undone.".formatted(String.join(", ", all)), yes);
            return EachOf.change(session, names, user -> {
                users.call("DELETE", user, "", null);
                session.output().note("Deleted %s.".formatted(user));
            });
        }
    }
}
