package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Suggestion;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.account.Quota;
import dev.faas.cli.account.Users;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists and changes the quotas of users. */
@Command(
        name = "quota",
        description = {"Manage the limits of users.", "Those of one user: faas quota USER."},
        subcommands = {UserQuotaCommand.ListCommand.class, UserQuotaCommand.SetCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas admin quota list",
            "  faas admin quota set anna --limit functions=2000",
            "",
            "Exit codes: 0 fine, 2 usage, 6 refused: you are no admin; more in the help of each command."
        })
final class UserQuotaCommand extends VerbGroup {
    private static final String ALL = "/v1/admin/projects";

    private static String own(Doc quota) {
        return quota.doc("quota").fields().entrySet().stream()
                .map(limit -> limit.getKey() + "=" + (limit.getValue() == null ? SetCommand.NONE : limit.getValue()))
                .collect(Collectors.joining(","));
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List the users that have functions or limits of their own, with their use.",
            footer = {
                "",
                "Examples:",
                "  faas admin quota list",
                "  faas admin quota list -o json",
                "",
                "Exit codes: 0 fine, 3 not logged in, 5 unavailable, 6 refused: you are no admin."
            })
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            var api = session.api();
            var names = new UserNames(api);
            session.output()
                    .list(
                            printer -> api.eachPage(
                                    ALL,
                                    Integer.MAX_VALUE,
                                    page -> printer.print(page.stream()
                                            .map(quota -> quota.with(
                                                    "username",
                                                    names.nameOf(quota.text("id"))
                                                            .orElse("")))
                                            .toList())),
                            List.of(
                                    Column.text("USER", "username"),
                                    Column.whole("ID", "id"),
                                    Column.number("FUNCTIONS", doc -> Quota.useOf(doc, "functions")),
                                    Column.number("KIB", doc -> Quota.useOf(doc, "specKb")),
                                    Column.number("QUEUED", doc -> Quota.useOf(doc, "queued")),
                                    Column.text("OWN LIMITS", UserQuotaCommand::own)),
                            doc -> doc.text("username"),
                            "No user has functions or limits of their own.");
            return Exit.OK;
        }
    }

    @Command(
            name = "set",
            description = {
                "Change the limits of a user, and print all of them.",
                "Limits that are not named stay. A limit of the whole platform still holds, if it is the lower one."
            },
            footer = {
                "",
                "Examples:",
                "  faas admin quota set anna --limit functions=2000 --limit queued=none",
                "  faas admin quota set anna --defaults",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 no such user, 5 unavailable, 6 refused: you are no admin."
            })
    static final class SetCommand extends Verb {
        private static final String NONE = "none";

        /** For the completion of shells. */
        static final class Limits extends ArrayList<String> {
            private static final long serialVersionUID = 1;

            Limits() {
                Quota.names().forEach(name -> add(name + "="));
            }
        }

        @Parameters(paramLabel = "USER", description = "Its name or id.")
        private String user = "";

        @Option(
                names = "--limit",
                paramLabel = "NAME=N",
                completionCandidates = Limits.class,
                description =
                        "A new limit, or none; may be repeated. NAME is functions, specKb, revisions, running, queued, queuedMb, delayed, schedules, scheduleTicksPerHour, destinations, storedMb, requestsPerSecond or idempotencyKeysPerDay.")
        private Map<String, String> limits = new LinkedHashMap<>();

        @Option(names = "--defaults", description = "The defaults of the platform again, for all limits.")
        private boolean defaults;

        @Override
        protected int run(Session session) {
            if (limits.isEmpty() != defaults) {
                throw Failure.usage("give either --limit or --defaults", "See: faas admin quota set --help");
            }
            var body = Doc.empty().with("quota", defaults ? null : changes());
            var api = session.api();
            var id = new Users(api).get(user).text("userId");
            var flags = Quota.names().stream()
                    .collect(Collectors.toMap(name -> "quota." + name, name -> "--limit " + name));
            var quota = api.document(
                    Request.of("PATCH", ALL + "/" + Request.part(id)).json(body), "limits", flags);
            Quota.print(session, quota, id);
            return Exit.OK;
        }

        private Doc changes() {
            var changes = Doc.empty();
            limits.forEach((name, value) -> {
                if (!Quota.names().contains(name)) {
                    throw Failure.usage(
                            "--limit: there is no limit \"%s\"".formatted(name),
                            Suggestion.line(name, Quota.names(), "faas quota"));
                }
                changes.with(name, number(name, value));
            });
            return changes;
        }

        private static @Nullable Object number(String name, String value) {
            if (value.equals(NONE)) {
                return null;
            }
            if (!value.matches("[1-9][0-9]{0,17}")) {
                throw Failure.usage(
                        "--limit: '%s' of %s is neither a number of 1 or more nor none".formatted(value, name));
            }
            return Long.parseLong(value);
        }
    }
}
