package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.output.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists, makes and chooses contexts. */
@Command(
        name = "context",
        description = {"Choose between platforms.", "A context names an address and a login."},
        subcommands = {
            ContextCommand.ListCommand.class,
            ContextCommand.UseCommand.class,
            ContextCommand.ShowCommand.class,
            ContextCommand.CreateCommand.class,
            ContextCommand.DeleteCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas context create work https://faas.example.org",
            "  faas context use work",
            "",
            "Exit codes: 0 fine, 2 usage, 4 no such context."
        })
public final class ContextCommand extends VerbGroup {
    private static final String CREATE_ONE = "There is no context yet. Log in: faas login URL";

    private static Doc document(Session session, Context context) {
        return Doc.empty()
                .with("name", context.name())
                .with("url", context.url().toString())
                .with("project", context.project())
                .with(
                        "username",
                        session.access()
                                .logins()
                                .find(context)
                                .map(login -> login.text("username"))
                                .orElse(null))
                .with(
                        "current",
                        session.access()
                                .contexts()
                                .current()
                                .filter(context.name()::equals)
                                .isPresent());
    }

    @Command(
            name = "list",
            description = "List the contexts.",
            footer = {"", "Examples:", "  faas context list", "  faas context list -o name", "", "Exit codes: 0 fine."})
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            var items = session.access().contexts().all().stream()
                    .map(context -> document(session, context))
                    .toList();
            session.output()
                    .list(
                            items,
                            List.of(
                                    Column.text("", doc -> doc.isTrue("current") ? "*" : ""),
                                    Column.text("NAME", "name"),
                                    Column.text("ADDRESS", "url"),
                                    Column.text("USER", "username")),
                            doc -> doc.text("name"),
                            CREATE_ONE);
            return Exit.OK;
        }
    }

    @Command(
            name = "use",
            description = "Make a context the current one.",
            footer = {
                "",
                "Examples:",
                "  faas context use work",
                "  faas context use default",
                "",
                "Exit codes: 0 fine, 4 no such context."
            })
    static final class UseCommand extends Verb {
        @Parameters(paramLabel = "NAME", description = "The context.")
        private String name = "";

        @Override
        protected int run(Session session) {
            var contexts = session.access().contexts();
            contexts.store(contexts.require(name), true);
            session.output().note("Using %s.".formatted(name));
            return Exit.OK;
        }
    }

    @Command(
            name = "show",
            description = "Print the context that commands use now.",
            footer = {
                "",
                "Examples:",
                "  faas context show",
                "  faas context show -o json",
                "",
                "Exit codes: 0 fine, 4 no such context."
            })
    static final class ShowCommand extends Verb {
        @Parameters(arity = "0..1", paramLabel = "NAME", description = "Default: the one in use.")
        private @Nullable String name;

        @Override
        protected int run(Session session) {
            var contexts = session.access().contexts();
            var context = document(session, name == null ? contexts.selected() : contexts.require(name));
            session.output()
                    .document(
                            context,
                            doc -> doc.text("name"),
                            () -> List.of(
                                    "Name:    " + context.text("name"),
                                    "Address: " + context.text("url"),
                                    "User:    " + context.find("username").orElse("(not logged in)")));
            return Exit.OK;
        }
    }

    @Command(
            name = "create",
            description = "Make a context, or change one.",
            footer = {
                "",
                "Examples:",
                "  faas context create work https://faas.example.org",
                "  faas context create here http://127.0.0.1:8000",
                "",
                "Exit codes: 0 fine, 2 usage."
            })
    static final class CreateCommand extends Verb {
        @Parameters(index = "0", paramLabel = "NAME", description = "The context.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "URL", description = "Address of the platform.")
        private String url = "";

        @Override
        protected int run(Session session) {
            var contexts = session.access().contexts();
            var project = contexts.projectFlag();
            contexts.store(
                    new Context(Contexts.checkName(name), Context.parseUrl(url), project),
                    contexts.current().isEmpty());
            session.output().note("Made %s. Log in: faas login --context %s".formatted(name, name));
            return Exit.OK;
        }
    }

    @Command(
            name = "delete",
            description = "Delete contexts and forget their logins.",
            footer = {
                "",
                "Examples:",
                "  faas context delete work",
                "  faas context delete old older",
                "",
                "Exit codes: 0 fine, 4 no such context."
            })
    static final class DeleteCommand extends Verb {
        @Parameters(arity = "1..*", paramLabel = "NAME", description = "The contexts.")
        private List<String> names = List.of();

        @Override
        protected int run(Session session) {
            var contexts = session.access().contexts();
            for (var context : names.stream().map(contexts::require).toList()) {
                session.access().logins().delete(context);
                contexts.delete(context.name());
                session.output().note("Deleted %s.".formatted(context.name()));
            }
            return Exit.OK;
        }
    }
}
