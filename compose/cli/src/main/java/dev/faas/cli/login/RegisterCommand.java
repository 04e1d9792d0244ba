package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes an account and logs in with it. */
@Command(
        name = "register",
        description = {
            "Make an account on a platform, and log in.",
            "From then on, commands use this platform.",
            "A name has 3 to 64 of a-z, 0-9, '.', '_' and '-'; a password has 8 to 256 characters."
        },
        footer = {
            "",
            "Examples:",
            "  faas register",
            "  faas register http://127.0.0.1:8000 --username anna",
            "",
            "Exit codes: 0 fine, 2 usage, 5 the platform is unavailable, 6 the name is taken."
        })
public final class RegisterCommand extends Verb {
    @Mixin
    private final Account account = new Account();

    @Override
    protected int run(Session session) throws IOException {
        var context = account.context(session);
        var prompt = new Prompt(session);
        var name = account.username(prompt);
        var password = account.password(prompt, true);
        var body = Doc.empty().with("username", name).with("password", password);
        @Nullable ApiFailure taken = null;
        try {
            session.access()
                    .anonymous(context)
                    .document(Request.of("POST", "/v1/auth/register").json(body));
        } catch (ApiFailure e) {
            if (!e.code().equals("username_taken") || !e.isAfterRepeat()) {
                throw e;
            }
            taken = e; // perhaps by the first of two requests: then the password fits
        }
        try {
            LoginCommand.logIn(session, context, name, password);
        } catch (ApiFailure e) {
            throw taken != null && e.status() == 401 ? taken : e;
        }
        return Exit.OK;
    }
}
