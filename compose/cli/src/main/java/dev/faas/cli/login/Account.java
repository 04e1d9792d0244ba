package dev.faas.cli.login;

import dev.faas.cli.Session;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whose password goes where: the options that login and register share. */
final class Account {
    static final String URL = "Address; default: the current context's, or http://127.0.0.1:8000.";

    @Parameters(arity = "0..1", paramLabel = "URL", description = URL)
    private @Nullable String url;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "Do not ask for the name.")
    private @Nullable String username;

    @Option(names = "--password-stdin", description = "Read the password from standard input.")
    private boolean passwordFromInput;

    /** Warns when others could read on the way what is sent there. */
    static Context context(Session session, @Nullable String url) {
        var context = session.access().contexts().forLogin(url == null ? null : Context.parseUrl(url));
        Context.plainWarning(context.url())
                .ifPresent(text -> session.output().streams().err(text + "\n"));
        return context;
    }

    Context context(Session session) {
        return context(session, url);
    }

    String username(Prompt prompt) throws IOException {
        return prompt.username(username);
    }

    /** @param isNew whether it is asked for twice */
    String password(Prompt prompt, boolean isNew) throws IOException {
        return prompt.password(passwordFromInput, isNew);
    }
}
