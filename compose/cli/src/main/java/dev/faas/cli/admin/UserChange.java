package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.account.Users;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes the state or the roles of users. Each change ends their logins. */
abstract class UserChange extends Verb {
    private static final String EXITS =
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such user, 5 unavailable, 6 the last admin, or you are no admin.";

    @Parameters(arity = "1..*", paramLabel = "USER", description = "Their names or ids.")
    private List<String> names = List.of();

    private final Doc change;
    private final String done;

    /** @param done such as "Disabled %s." */
    private UserChange(Doc change, String done) {
        this.change = change;
        this.done = done;
    }

    @Override
    protected int run(Session session) {
        var users = new Users(session.api());
        return EachOf.change(session, names, name -> {
            var user = users.call("PATCH", name, "", change);
            if (session.output().isForPrograms()) {
                session.output().document(user, doc -> doc.text("username"), List::of);
            } else {
                session.output().note(done.formatted(name));
            }
        });
    }

    @Command(
            name = "disable",
            description = {
                "Disable users: end their logins, and delete their API keys.",
                "They cannot log in. Their functions stay. Queued and running activations go on."
            },
            footer = {
                "",
                "Examples:",
                "  faas admin user disable anna",
                "  faas admin user disable anna berta",
                "",
                EXITS
            })
    static final class DisableCommand extends UserChange {
        DisableCommand() {
            super(Doc.empty().with("state", "disabled"), "Disabled %s.");
        }
    }

    @Command(
            name = "enable",
            description = {"Let disabled users log in again.", "Deleted API keys do not come back."},
            footer = {"", "Examples:", "  faas admin user enable anna", "  faas admin user enable anna berta", "", EXITS
            })
    static final class EnableCommand extends UserChange {
        EnableCommand() {
            super(Doc.empty().with("state", "active"), "Enabled %s.");
        }
    }

    @Command(
            name = "promote",
            description = {"Make users admins.", "They have to log in again."},
            footer = {
                "",
                "Examples:",
                "  faas admin user promote anna",
                "  faas admin user promote anna berta",
                "",
                EXITS
            })
    static final class PromoteCommand extends UserChange {
        PromoteCommand() {
            super(Doc.empty().with("roles", List.of("user", "admin")), "%s is an admin now.");
        }
    }

    @Command(
            name = "demote",
            description = {"Take the rights of an admin from users.", "They have to log in again."},
            footer = {"", "Examples:", "  faas admin user demote anna", "  faas admin user demote anna berta", "", EXITS
            })
    static final class DemoteCommand extends UserChange {
        DemoteCommand() {
            super(Doc.empty().with("roles", List.of("user")), "%s is no admin any more.");
        }
    }
}
