package dev.faas.cli.activation;

import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.http.Request;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Opens a page of the console in a browser. */
@Command(
        name = "open",
        description = {"Open a page of the console.", "Prints its address where there is no browser."},
        footer = {
            "",
            "Examples:",
            "  faas open",
            "  faas open resize",
            "  faas open 06b7gd98g07rk4q3v8x2m5n9ta",
            "",
            "Exit codes: 0 fine, 2 usage."
        })
public final class OpenCommand extends Verb {
    private static final List<String> OPENERS = List.of("xdg-open", "open", "wslview");

    @Parameters(arity = "0..1", paramLabel = "REF", description = "A function's name, or an activation's id.")
    private @Nullable String reference;

    @Override
    protected int run(Session session) {
        var address = session.access().anonymous().address() + path();
        // A program of this name in a pipe, or on a machine without a screen, would start a browser that nobody sees.
        boolean mayOpen = session.terminal().out()
                && (session.terminal().variable("DISPLAY").isPresent()
                        || session.terminal().variable("WAYLAND_DISPLAY").isPresent()
                        || System.getProperty("os.name").startsWith("Mac"));
        if (!mayOpen || !open(session, address)) {
            session.output().line(address);
        }
        return Exit.OK;
    }

    private String path() {
        if (reference == null) {
            return "/console/";
        }
        return ActivationPath.isId(reference)
                ? "/console/activations/" + reference
                : "/console/functions/" + Request.part(reference);
    }

    private static boolean open(Session session, String address) {
        var opener = session.terminal().program(OPENERS);
        try {
            if (opener.isPresent()) {
                new ProcessBuilder(opener.get(), address)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
            }
            return opener.isPresent();
        } catch (IOException e) {
            return false;
        }
    }
}
