package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Tokens;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Logs in, and stores the login under a context. */
@Command(
        name = "login",
        description = "Log in to a platform.",
        footer = {
            "",
            "Examples:",
            "  faas login",
            "  faas login https://faas.example.org --username anna",
            "  pass show faas | faas login --username anna --password-stdin",
            "  faas login https://faas.example.org --token-stdin < ci.key",
            "",
            "Exit codes: 0 fine, 2 usage, 3 wrong name, password or token, 5 the platform is unavailable."
        })
public final class LoginCommand extends Verb {
    @Mixin
    private final Account account = new Account();

    @Option(names = "--token-stdin", description = "Read an API key or an access token from standard input.")
    private boolean tokenFromInput;

    @Override
    protected int run(Session session) throws IOException {
        var context = account.context(session);
        if (tokenFromInput) {
            return useToken(session, context);
        }
        var prompt = new Prompt(session);
        var name = account.username(prompt);
        logIn(session, context, name, account.password(prompt, false));
        return Exit.OK;
    }

    private static int useToken(Session session, Context context) throws IOException {
        var token = Prompt.input().strip();
        if (token.isEmpty()) {
            throw Failure.usage("standard input has no token");
        }
        Tokens.check("standard input", token);
        var me = session.access().withToken(context, token).get("/v1/auth/me");
        session.access().logins().storeToken(context, me.text("username"), token);
        session.access().contexts().store(context, true);
        session.output()
                .note("Logged in to %s as %s%s."
                        .formatted(
                                context.url(),
                                me.text("username"),
                                me.doc("key")
                                        .find("keyId")
                                        .map(id -> " by the API key " + id)
                                        .orElse("")));
        return Exit.OK;
    }

    static void logIn(Session session, Context context, String name, String password) {
        var body = Doc.empty().with("username", name).with("password", password);
        var tokens = session.access()
                .anonymous(context)
                .document(Request.of("POST", "/v1/auth/login").json(body));
        session.access().logins().store(context, name, tokens);
        session.access().contexts().store(context, true);
        session.output().note("Logged in to %s as %s (context %s).".formatted(context.url(), name, context.name()));
    }
}
