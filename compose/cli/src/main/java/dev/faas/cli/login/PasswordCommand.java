package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes the password. */
@Command(
        name = "password",
        description = {
            "Change your password; all other logins end, API keys stay.",
            "It asks for the current password and the new one, which has 8 to 256 characters. If you have forgotten it: faas password reset."
        },
        subcommands = PasswordCommand.ResetCommand.class,
        footer = {
            "",
            "Examples:",
            "  faas password",
            "  faas password --password-stdin < two-lines",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in or wrong password, 5 unavailable, 6 refused to an API key."
        })
public final class PasswordCommand extends Verb {
    private static final Map<String, String> FIELDS =
            Map.of("currentPassword", "the current one", "newPassword", "the new one", "code", "the code");

    @Option(
            names = "--password-stdin",
            description = "Read the current password and the new one from standard input, one a line.")
    private boolean fromInput;

    @Override
    protected int run(Session session) throws IOException {
        var api = session.api(); // nobody is asked who is not logged in
        var prompt = new Prompt(session);
        var current = fromInput ? "" : prompt.hidden("Current password", false);
        var both = fromInput
                ? Prompt.twoLines("the current password and the new one")
                : List.of(current, prompt.hidden("New password", true));
        var body = Doc.empty().with("currentPassword", both.getFirst()).with("newPassword", both.getLast());
        try {
            api.document(Request.of("POST", "/v1/auth/password").json(body), "password", FIELDS);
        } catch (ApiFailure e) {
            throw e.code().equals("invalid_credentials") ? e.explained("the current password is wrong", List.of()) : e;
        }
        session.output().note("The password is changed. All other logins have ended. API keys stay: faas key list");
        return Exit.OK;
    }

    /** Sets a password with a code of an admin's. */
    @Command(
            name = "reset",
            description = {
                "Set a new password with a code that an admin made.",
                "The code works once, within 24 hours. All logins end, and API keys are deleted. An admin makes it: faas admin user reset NAME."
            },
            footer = {
                "",
                "Examples:",
                "  faas password reset https://faas.example.org",
                "  pass show faas | faas password reset --code X --password-stdin",
                "",
                "Exit codes: 0 fine, 2 usage, 5 unavailable, 6 the code is not valid."
            })
    static final class ResetCommand extends Verb {
        @Parameters(arity = "0..1", paramLabel = "URL", description = Account.URL)
        private @Nullable String url;

        @Option(names = "--code", paramLabel = "CODE", description = "Do not ask for the code.")
        private @Nullable String code;

        @Option(names = "--password-stdin", description = "Read the new password from standard input.")
        private boolean fromInput;

        @Override
        protected int run(Session session) throws IOException {
            var context = Account.context(session, url);
            var body = Doc.empty()
                    .with("code", code == null ? session.ask("Code: ", "Give it by --code.") : code)
                    .with("newPassword", fromInput ? Prompt.input() : new Prompt(session).hidden("New password", true));
            session.access()
                    .anonymous(context)
                    .document(Request.of("POST", "/v1/auth/password/reset").json(body), "password", FIELDS);
            session.output().note("The password is set. Log in: faas login " + context.url());
            return Exit.OK;
        }
    }
}
