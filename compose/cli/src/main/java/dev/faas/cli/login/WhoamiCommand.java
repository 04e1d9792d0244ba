package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import java.util.List;
import picocli.CommandLine.Command;

/** Prints who is logged in. */
@Command(
        name = "whoami",
        description = {"Print who is logged in, and where.", "For an API key also its id and its scopes."},
        footer = {
            "",
            "Examples:",
            "  faas whoami",
            "  faas whoami -o name",
            "",
            "Exit codes: 0 fine, 3 not logged in, 5 the platform is unavailable."
        })
public final class WhoamiCommand extends Verb {
    @Override
    protected int run(Session session) {
        var api = session.api();
        Doc me = api.get("/v1/auth/me");
        session.output().document(me, doc -> doc.text("username"), () -> lines(me, api.address()));
        return Exit.OK;
    }

    private static List<String> lines(Doc me, String address) {
        var who = "%s at %s".formatted(me.text("username"), address);
        var key = me.doc("key");
        return key.fields().isEmpty()
                ? List.of(who)
                : List.of(
                        who,
                        "API key %s, scopes: %s".formatted(key.text("keyId"), String.join(", ", key.texts("scopes"))));
    }
}
