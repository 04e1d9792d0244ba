package dev.faas.cli.account;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Suggestion;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import dev.faas.cli.output.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes, lists and deletes API keys. */
@Command(
        name = "key",
        description = {
            "Manage API keys, for scripts and other machines.",
            "A key acts as you, as far as its scopes allow, until it expires or is deleted. It cannot make keys, and it has no admin's rights."
        },
        subcommands = {KeyCommand.CreateCommand.class, KeyCommand.ListCommand.class, KeyCommand.DeleteCommand.class},
        footer = {
            "",
            "Examples:",
            "  faas key create ci --scope read,invoke",
            "  faas key list",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class KeyCommand extends VerbGroup {
    private static final String ALL = "/v1/auth/keys";
    private static final String ID = "keyId";

    @Command(
            name = "create",
            description = {
                "Make an API key, and print it.",
                "The key alone goes to standard output. It is shown only this once. In FAAS_TOKEN it stands for a login, and no file keeps it."
            },
            footer = {
                "",
                "Examples:",
                "  faas key create laptop",
                "  faas key create ci --scope read,invoke --expires 30d > ci.key",
                "  FAAS_URL=https://faas.example.org FAAS_TOKEN=$(cat ci.key) faas fn list",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable or too many keys, 6 refused."
            })
    static final class CreateCommand extends Verb {
        private static final Map<String, String> FLAGS =
                Map.of("name", "NAME", "scopes", "--scope", "expiresInDays", "--expires, in days,");

        @Parameters(paramLabel = "NAME", description = "What it is for, such as ci.")
        private String name = "";

        @Option(
                names = "--scope",
                split = ",",
                paramLabel = "SCOPE,…",
                description = {
                    "What it may do. Default: read,invoke,functions.",
                    "read: see functions, activations, results, logs and names of secrets; invoke: submit, replay and cancel activations; functions: create, change and delete functions; secrets: store and delete secrets.",
                    "With invoke and functions it can also read your secrets, by a function that prints them."
                })
        private List<Scope> scopes = new ArrayList<>();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "For how many whole days it is valid, such as 30d. Default: 90d.")
        private @Nullable String expires;

        @Override
        protected int run(Session session) {
            var body = Doc.empty().with("name", name);
            if (!scopes.isEmpty()) {
                body.with("scopes", scopes.stream().distinct().map(Enum::name).toList());
            }
            if (expires != null) {
                body.with("expiresInDays", Durations.whole("--expires", expires, Duration.ofDays(1)));
            }
            var key = session.api().document(Request.of("POST", ALL).json(body), "API key", FLAGS);
            ShownOnce.print(
                    session,
                    key,
                    "key",
                    "This is the API key %s (%s), valid until %s."
                            .formatted(key.text(ID), String.join(", ", key.texts("scopes")), key.text("expiresAt")));
            return Exit.OK;
        }
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List your API keys, newest first.",
            footer = {
                "",
                "Examples:",
                "  faas key list",
                "  faas key list -o name",
                "",
                "Exit codes: 0 fine, 3 not logged in, 5 unavailable, 6 refused to an API key."
            })
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            return session.list(
                    ALL,
                    List.of(
                            Column.whole("ID", ID),
                            Column.text("NAME", "name"),
                            Column.text("KEY", doc -> doc.text("hint") + "…"),
                            Column.text("SCOPES", doc -> String.join(",", doc.texts("scopes"))),
                            Column.end("EXPIRES", "expiresAt"),
                            Column.time("CREATED", "createdAt"),
                            Column.time("LAST USED", "lastUsedAt")),
                    ID,
                    "No API keys. Make one: faas key create NAME");
        }
    }

    @Command(
            name = "delete",
            aliases = "rm",
            description = {"Delete API keys.", "Calls with them are refused within seconds."},
            footer = {
                "",
                "Examples:",
                "  faas key delete key_06b7gd98g07rk4q3v8x2m5n9td",
                "  faas key list -o name | xargs faas key delete",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused to an API key. The others are deleted."
            })
    static final class DeleteCommand extends Verb {
        @Parameters(
                arity = "1..*",
                paramLabel = "KEY",
                description = "Their ids, such as key_06b7gd98g07rk4q3v8x2m5n9td.")
        private List<String> ids = List.of();

        @Override
        protected int run(Session session) {
            var api = session.api();
            return EachOf.change(session, ids, id -> {
                try {
                    api.document(Request.of("DELETE", ALL + "/" + Request.part(id)));
                } catch (ApiFailure e) {
                    throw e.code().equals("key_not_found") && !e.isAfterRepeat() ? unknown(api, id, e) : e;
                }
                session.output().note("Deleted %s.".formatted(id));
            });
        }

        private static ApiFailure unknown(Api api, String id, ApiFailure e) {
            var ids = Suggestion.names(
                    e,
                    () -> api.list(ALL, 500).stream()
                            .filter(key -> key.text("name").equals(id))
                            .toList(),
                    ID);
            return e.explained(
                    "no API key has the id \"%s\"".formatted(id),
                    List.of(
                            ids.isEmpty()
                                    ? "List them: faas key list"
                                    : "It is the name of: " + String.join(", ", ids)));
        }
    }
}
