package dev.faas.cli.login;

import dev.faas.cli.Confirmation;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.VerbGroup;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Deletes the account. */
@Command(
        name = "account",
        description = "Delete your account.",
        subcommands = AccountCommand.DeleteCommand.class,
        footer = {
            "",
            "Examples:",
            "  faas account delete",
            "  faas account delete --yes --password-stdin < password",
            "",
            "Exit codes: 0 fine, 2 usage; more in the help of each command."
        })
public final class AccountCommand extends VerbGroup {
    @Command(
            name = "delete",
            aliases = "rm",
            description = {
                "Delete your account, with its functions, secrets, API keys and records.",
                "What is queued or runs is cancelled. Your name can never be used again. It asks for your password."
            },
            footer = {
                "",
                "Examples:",
                "  faas account delete",
                "  pass show faas | faas account delete --yes --password-stdin",
                "",
                "Exit codes: 0 fine, 2 usage, 3 not logged in or wrong password, 5 unavailable, 6 the last admin, or refused to an API key, 130 not confirmed."
            })
    static final class DeleteCommand extends Verb {
        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask whether to go on. Required in a pipe.")
        private boolean yes;

        @Option(names = "--password-stdin", description = "Read the password from standard input.")
        private boolean fromInput;

        @Override
        protected int run(Session session) throws IOException {
            var access = session.access();
            var api = session.api();
            var who = "%s at %s".formatted(api.get("/v1/auth/me").text("username"), api.address());
            Confirmation.require(session, "Delete the account %s? This cannot be undone.".formatted(who), yes);
            var password = new Prompt(session).password(fromInput, false);
            try {
                api.document(
                        Request.of("DELETE", "/v1/auth/me").json(Doc.empty().with("currentPassword", password)));
            } catch (ApiFailure e) {
                throw e.code().equals("invalid_credentials") ? e.explained("the password is wrong", List.of()) : e;
            }
            access.logins().delete(access.contexts().selected());
            session.output().note("Deleted %s. Its data is being removed.".formatted(who));
            return Exit.OK;
        }
    }
}
