package dev.faas.cli.account;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what a user may have. */
@Command(
        name = "quota",
        description = {
            "Print your limits, and how much of them is in use.",
            "Only an admin can change them, or see those of others: faas admin quota."
        },
        footer = {
            "",
            "Examples:",
            "  faas quota",
            "  faas quota anna",
            "",
            "Exit codes: 0 fine, 3 not logged in, 4 no such user, 5 unavailable, 6 refused: you are no admin, or an API key needs the scope read."
        })
public final class QuotaCommand extends Verb {
    @Parameters(arity = "0..1", paramLabel = "USER", description = "Of this user, by name or id; for admins.")
    private @Nullable String user;

    @Override
    protected int run(Session session) {
        var api = session.api();
        var id = (user == null ? api.get("/v1/auth/me") : new Users(api).get(user)).text("userId");
        Quota.print(session, api.get("/v1/projects/" + Request.part(id) + "/quota"), id);
        return Exit.OK;
    }
}
