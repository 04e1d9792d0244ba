package dev.faas.cli.login;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Http;
import dev.faas.cli.http.RequestLog;
import dev.faas.cli.http.RetryLimits;
import dev.faas.cli.http.Tokens;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens the API of the selected context, with its login. */
public final class Access {
    private final Terminal terminal;
    private final Contexts contexts;
    private final Logins logins;
    private final RetryLimits limits;
    private final @Nullable RequestLog log;

    private Access(Terminal terminal, Contexts contexts, Logins logins, RetryLimits limits, @Nullable RequestLog log) {
        this.terminal = terminal;
        this.contexts = contexts;
        this.logins = logins;
        this.limits = limits;
        this.log = log;
    }

    public static Access of(
            Terminal terminal,
            @Nullable String contextFlag,
            @Nullable String projectFlag,
            RetryLimits limits,
            @Nullable RequestLog log) {
        var folder = ConfigFolder.of(terminal);
        return new Access(
                terminal, new Contexts(terminal, folder, contextFlag, projectFlag), new Logins(folder), limits, log);
    }

    /** The API as the user who is logged in; FAAS_TOKEN stands for a login. */
    public Api open() {
        var context = contexts.selected();
        var token = terminal.variable("FAAS_TOKEN");
        if (token.isPresent()) {
            return withToken(context, Tokens.check("FAAS_TOKEN", token.get()));
        }
        if (logins.find(context).isEmpty()) {
            throw new Failure(
                    Exit.NOT_LOGGED_IN,
                    "you are not logged in to " + context.url(),
                    "Log in: faas login %s   New here: faas register %s".formatted(target(context), target(context)));
        }
        return open(context, logins.tokens(context, anonymous(context)));
    }

    /** In an advice: a login is kept under the context that was chosen. */
    private String target(Context context) {
        return contexts.chosenName()
                .filter(name -> name.equals(context.name()))
                .map(name -> "--context " + name)
                .orElse(context.url().toString());
    }

    /** Says that FAAS_TOKEN goes over the network without TLS. A login has said so before. */
    public Optional<String> warning() {
        return terminal.variable("FAAS_TOKEN")
                .map(token -> contexts.selected().url())
                .flatMap(Context::plainWarning);
    }

    /** The API with the access token at hand, for calls that may be given up at any time: a refresh that is cut off would end
     * the login. Empty when nobody is logged in.
     */
    public Optional<Api> withoutRefresh() {
        var context = contexts.selected();
        return terminal.variable("FAAS_TOKEN")
                .map(token -> Tokens.check("FAAS_TOKEN", token))
                .or(() -> logins.find(context).map(Logins::accessToken))
                .map(token -> withToken(context, token));
    }

    /** The API of the selected context without a login. */
    public Api anonymous() {
        return anonymous(contexts.selected());
    }

    Api anonymous(Context context) {
        return open(context, Tokens.NONE);
    }

    Api withToken(Context context, String token) {
        return open(context, fixed(token));
    }

    private Api open(Context context, Tokens tokens) {
        if (context.project() != null) {
            throw Failure.usage(
                    "project %s: projects are not available yet".formatted(context.project()),
                    "Leave out --project and FAAS_PROJECT: everything is your own. In a context: faas context create %s %s"
                            .formatted(context.name(), context.url()));
        }
        return new Api(new Http(context.url(), log), tokens, limits);
    }

    private static Tokens fixed(String token) {
        return new Tokens() {
            @Override
            public Optional<String> current() {
                return Optional.of(token);
            }

            @Override
            public Optional<String> replace(String refused) {
                return Optional.empty();
            }
        };
    }

    public Contexts contexts() {
        return contexts;
    }

    Logins logins() {
        return logins;
    }
}
