package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Tokens;
import picocli.CommandLine.Command;

/** Ends the login on the platform and forgets it here. */
@Command(
        name = "logout",
        description = "End the login of the current context.",
        footer = {
            "",
            "Examples:",
            "  faas logout",
            "  faas logout --context work",
            "",
            "Exit codes: 0 fine, 5 the platform is unavailable: the login is forgotten here only."
        })
public final class LogoutCommand extends Verb {
    @Override
    protected int run(Session session) {
        var access = session.access();
        var context = access.contexts().selected();
        var login = access.logins().find(context);
        if (login.isEmpty()) {
            session.output().note("You are not logged in to %s.".formatted(context.url()));
            return Exit.OK;
        }
        access.logins().delete(context);
        var refreshToken = login.get().find("refreshToken");
        if (refreshToken.isPresent()) {
            try {
                access.anonymous(context)
                        .document(Request.of("POST", "/v1/auth/logout")
                                .json(Doc.empty().with("refresh_token", refreshToken.get())));
            } catch (Failure e) {
                if (e.exit() == Exit.UNAVAILABLE) {
                    throw new Failure(
                            e.exit(), "the login is forgotten here, but still valid on the platform: " + e.text());
                }
            }
        }
        session.output().note("Logged out of %s.".formatted(context.url()));
        if (Tokens.isKey(login.get().text("accessToken"))) {
            session.output().note("The API key is still valid. Delete it: faas login, then faas key delete KEY");
        }
        return Exit.OK;
    }
}
