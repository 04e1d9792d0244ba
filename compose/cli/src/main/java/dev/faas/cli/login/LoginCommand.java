package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Tokens;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
            "",
            "Exit codes: 0 fine, 2 usage, 3 wrong name or password, 5 the platform is unavailable."
        })
public final class LoginCommand extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "URL",
            description = "Address; default: the current context's, or http://127.0.0.1:8000.")
    private @Nullable String url;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "Do not ask for the name.")
    private @Nullable String username;

    @Option(names = "--password-stdin", description = "Read the password from standard input.")
    private boolean passwordFromInput;

    @Option(names = "--token-stdin", description = "Read an API key or an access token from standard input.")
    private boolean tokenFromInput;

    @Override
    protected int run(Session session) throws IOException {
        var context = session.access().contexts().forLogin(url == null ? null : Context.parseUrl(url));
        warnIfPlain(session, context.url());
        if (tokenFromInput) {
            return useToken(session, context);
        }
        var prompt = new Prompt(session);
        var name = prompt.username(username);
        logIn(session, context, name, prompt.password(passwordFromInput, false));
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
        session.output().note("Logged in to %s as %s.".formatted(context.url(), me.text("username")));
        return Exit.OK;
    }

    static void warnIfPlain(Session session, URI url) {
        if (Context.isPlain(url)) {
            session.output().streams().err(warning(url) + "\n");
        }
    }

    static String warning(URI url) {
        return "Warning: %s has no TLS: others on the network can read the password or token.".formatted(url);
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
