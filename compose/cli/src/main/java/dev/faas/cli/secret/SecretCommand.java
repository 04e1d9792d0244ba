package dev.faas.cli.secret;

import dev.faas.cli.Doc;
import dev.faas.cli.EachOf;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.InputFile;
import dev.faas.cli.Session;
import dev.faas.cli.Suggestion;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.output.Column;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores, lists, shows and deletes secrets. */
@Command(
        name = "secret",
        description = {
            "Manage secrets, which functions get as files or variables.",
            "A function names them: faas fn create NAME --image IMAGE --secret SECRET. Nobody can read a value back."
        },
        subcommands = {
            SecretCommand.SetCommand.class,
            SecretCommand.ListCommand.class,
            SecretCommand.GetCommand.class,
            SecretCommand.DeleteCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  faas secret set db-password",
            "  faas fn update resize --secret DB_PASSWORD=db-password",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class SecretCommand extends VerbGroup {
    private static final String ALL = "/v1/secrets";
    private static final String NAME = "name";
    private static final String EXAMPLE = "Its name, such as db-password.";

    private static String path(String name) {
        return ALL + "/" + Request.part(name);
    }

    /** The latest one. */
    private static Doc newest(Doc secret) {
        var versions = secret.docs("versions");
        return versions.isEmpty() ? Doc.empty() : versions.getFirst();
    }

    private static ApiFailure explained(Api api, String name, ApiFailure e) {
        return Suggestion.ifMissing(e, "secret", name, () -> api.list(ALL, 500), NAME, "faas secret list");
    }

    @Command(
            name = "set",
            description = {
                "Store a secret, or its next version.",
                "The value is a file, or standard input without its last line end; on a terminal it asks. Runs that start from now on get it; a function that names a version keeps that one."
            },
            footer = {
                "",
                "Examples:",
                "  faas secret set db-password",
                "  faas secret set tls-key --from-file server.key",
                "  pass show db | faas secret set db-password",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable or too many secrets, 6 refused."
            })
    static final class SetCommand extends Verb {
        private static final int MAX_BYTES = 64 * 1024;
        private static final Map<String, String> FIELDS = Map.of("valueBase64", "the value");

        @Parameters(paramLabel = "SECRET", description = EXAMPLE)
        private String name = "";

        @Option(
                names = "--from-file",
                paramLabel = "FILE",
                description = "A file with the value, byte for byte; - is standard input.")
        private @Nullable String file;

        @Override
        protected int run(Session session) {
            var api = session.api(); // nobody is asked who is not logged in
            var path = path(name);
            var body = Doc.empty().with("valueBase64", Base64.getEncoder().encodeToString(value(session)));
            var stored = api.document(Request.of("PUT", path).json(body), "secret", FIELDS);
            session.output().note("Stored %s, version %s.".formatted(name, stored.text("version")));
            return Exit.OK;
        }

        private byte[] value(Session session) {
            if (file != null) {
                return InputFile.whole("--from-file", file, MAX_BYTES);
            }
            return session.terminal().in()
                    ? session.askHidden("Value: ", "Give it by --from-file.").getBytes(StandardCharsets.UTF_8)
                    : input();
        }

        private static byte[] input() {
            var bytes = InputFile.read("SECRET", "-", MAX_BYTES + 3);
            int length = bytes.length;
            if (length > 0 && bytes[length - 1] == '\n') {
                length--;
                length -= length > 0 && bytes[length - 1] == '\r' ? 1 : 0;
            }
            if (length > MAX_BYTES) {
                throw Failure.usage("standard input has more than %d bytes".formatted(MAX_BYTES));
            }
            return Arrays.copyOf(bytes, length);
        }
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List your secrets by name, without their values.",
            footer = {
                "",
                "Examples:",
                "  faas secret list",
                "  faas secret list -o name",
                "",
                "Exit codes: 0 fine, 3 not logged in, 5 unavailable."
            })
    static final class ListCommand extends Verb {
        @Override
        protected int run(Session session) {
            var api = session.api();
            session.output()
                    .list(
                            api.list(ALL, Integer.MAX_VALUE),
                            List.of(
                                    Column.whole("NAME", NAME),
                                    Column.number("VERSION", doc -> newest(doc).text("version")),
                                    Column.text("USED BY", doc -> String.join(",", doc.texts("usedBy"))),
                                    Column.text("STORED", doc -> newest(doc).text("createdAt"))),
                            doc -> doc.text(NAME),
                            "No secrets. Store one: faas secret set SECRET");
            return Exit.OK;
        }
    }

    @Command(
            name = "get",
            aliases = "show",
            description = {"Print which versions of a secret there are, and which functions name it.", "Not its value."
            },
            footer = {
                "",
                "Examples:",
                "  faas secret get db-password",
                "  faas secret get db-password -o json",
                "",
                "Exit codes: 0 fine, 3 not logged in, 4 not found, 5 unavailable."
            })
    static final class GetCommand extends Verb {
        @Parameters(paramLabel = "SECRET", description = EXAMPLE)
        private String name = "";

        @Override
        protected int run(Session session) {
            var api = session.api();
            try {
                var secret = api.get(path(name));
                session.output().document(secret, doc -> doc.text(NAME), () -> lines(secret));
            } catch (ApiFailure e) {
                throw explained(api, name, e);
            }
            return Exit.OK;
        }

        private static List<String> lines(Doc secret) {
            var lines = new ArrayList<String>();
            lines.add(secret.text(NAME));
            secret.docs("versions")
                    .forEach(version -> lines.add("version %s, stored %s by %s"
                            .formatted(version.text("version"), version.text("createdAt"), version.text("createdBy"))));
            var functions = secret.texts("usedBy");
            lines.add(functions.isEmpty() ? "no function names it" : "named by " + String.join(", ", functions));
            return lines;
        }
    }

    @Command(
            name = "delete",
            aliases = "rm",
            description = {"Delete secrets with all their versions.", "Not those that a function names."},
            footer = {
                "",
                "Examples:",
                "  faas secret delete db-password",
                "  faas secret list -o name | xargs faas secret delete",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 one was not found, 5 unavailable, 6 refused, or a function names one. The others are deleted."
            })
    static final class DeleteCommand extends Verb {
        @Parameters(arity = "1..*", paramLabel = "SECRET", description = "Their names, such as db-password.")
        private List<String> names = List.of();

        @Override
        protected int run(Session session) {
            var api = session.api();
            return EachOf.change(session, names, name -> {
                try {
                    api.document(Request.of("DELETE", path(name)));
                } catch (ApiFailure e) {
                    throw explained(api, name, e);
                }
                session.output().note("Deleted %s.".formatted(name));
            });
        }
    }
}
