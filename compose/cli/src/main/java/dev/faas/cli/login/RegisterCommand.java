package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "  faas register https://faas.example.org --invitation X",
            "",
            "Exit codes: 0 fine, 2 usage, 5 the platform is unavailable, 6 the name is taken, or an invitation is missing or not valid."
        })
public final class RegisterCommand extends Verb {
    private static final Map<String, String> FIELDS =
            Map.of("username", "the name", "password", "the password", "invitation", "--invitation");

    @Mixin
    private final Account account = new Account();

    @Option(
            names = "--invitation",
            paramLabel = "CODE",
            description = "The code of an invitation, where registration is not open.")
    private @Nullable String invitation;

    @Override
    protected int run(Session session) throws IOException {
        var context = account.context(session);
        var prompt = new Prompt(session);
        var name = account.username(prompt);
        var password = account.password(prompt, true);
        var body = Doc.empty().with("username", name).with("password", password);
        if (invitation != null) {
            body.with("invitation", invitation);
        }
        @Nullable ApiFailure taken = null;
        try {
            session.access()
                    .anonymous(context)
                    .document(Request.of("POST", "/v1/auth/register").json(body), "account", FIELDS);
        } catch (ApiFailure e) {
            if (e.code().equals("registration_closed")) {
                throw closed(session, context, e);
            }
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

    private static ApiFailure closed(Session session, Context context, ApiFailure e) {
        var mode = "invitation";
        try {
            mode = session.access()
                    .anonymous(context)
                    .retryFor(Duration.ZERO)
                    .get("/v1/auth/methods")
                    .text("registration");
        } catch (Failure unknown) {
            unknown.addSuppressed(e);
        }
        var own = "On a platform of your own, make the first admin: ./faas admin create NAME in a clone,"
                + " or docker compose exec auth-service admin create NAME";
        return mode.equals("closed")
                ? e.explained(
                        context.url() + " takes no registrations",
                        List.of(
                                "Ask an admin for an account (faas admin user create NAME), then: faas password reset",
                                own))
                : e.explained(
                        context.url() + " takes registrations with an invitation only",
                        List.of(
                                "Ask an admin for one (faas admin invitation create), then: faas register %s --invitation CODE"
                                        .formatted(context.url()),
                                own));
    }
}
