package dev.faas.cli.account;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import picocli.CommandLine.Command;

/** Prints what the user may have. */
@Command(
        name = "quota",
        description = {"Print your limits, and how much of them is in use.", "Only an admin can change them."},
        footer = {
            "",
            "Examples:",
            "  faas quota",
            "  faas quota -o json",
            "",
            "Exit codes: 0 fine, 3 not logged in, 5 unavailable, 6 refused: an API key needs the scope read."
        })
public final class QuotaCommand extends Verb {
    @Override
    protected int run(Session session) {
        var api = session.api();
        var me = api.get("/v1/auth/me");
        var project = me.doc("key").find("project").orElse(me.text("userId"));
        Quota.print(session, api.get("/v1/projects/" + Request.part(project) + "/quota"), project);
        return Exit.OK;
    }
}
