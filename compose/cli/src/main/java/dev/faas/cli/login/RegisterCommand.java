package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an account and logs in with it. */
@Command(
        name = "register",
        description = "Make an account on a platform, and log in.",
        footer = {
            "",
            "Examples:",
            "  faas register",
            "  faas register http://127.0.0.1:8000 --username anna",
            "",
            "Exit codes: 0 fine, 2 usage, 5 the platform is unavailable, 6 the name is taken."
        })
public final class RegisterCommand extends Verb {
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

    @Override
    protected int run(Session session) throws IOException {
        var context = session.access().contexts().forLogin(url == null ? null : Context.parseUrl(url));
        var prompt = new Prompt(session);
        LoginCommand.warnIfPlain(session, context.url());
        var name = prompt.username(username);
        var password = prompt.password(passwordFromInput, true);
        var body = Doc.empty().with("username", name).with("password", password);
        session.access()
                .anonymous(context)
                .document(Request.of("POST", "/v1/auth/register").json(body));
        LoginCommand.logIn(session, context, name, password);
        return Exit.OK;
    }
}
