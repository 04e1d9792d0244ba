package dev.faas.cli.admin;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints and changes what can be changed while the platform runs. */
@Command(
        name = "settings",
        description = "Print the settings of the platform, or change them.",
        footer = {
            "",
            "Examples:",
            "  faas admin settings",
            "  faas admin settings --registration invitation",
            "  faas admin settings --registration default",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 5 unavailable, 6 refused: you are no admin."
        })
final class SettingsCommand extends Verb {
    private static final String PATH = "/v1/admin/settings";
    /** What the environment of the platform says. */
    private static final String DEFAULT = "default";

    /** For the help and the completion of shells. The platform checks the word. */
    static final class Modes extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Modes() {
            super(List.of("open", "first", "invitation", "closed", DEFAULT));
        }
    }

    @Option(
            names = "--registration",
            paramLabel = "WHO",
            completionCandidates = Modes.class,
            description = {
                "Who may register: ${COMPLETION-CANDIDATES}.",
                "first: the first user, who becomes an admin; default: as FAAS_REGISTRATION of the platform says."
            })
    private @Nullable String registration;

    @Override
    protected int run(Session session) {
        var api = session.api();
        var settings = registration == null
                ? api.get(PATH)
                : api.document(
                        Request.of("PATCH", PATH)
                                .json(Doc.empty()
                                        .with("registration", registration.equals(DEFAULT) ? null : registration)),
                        "setting",
                        Map.of("registration", "--registration"));
        session.output()
                .document(
                        settings,
                        doc -> doc.text("registration"),
                        () -> List.of("Registration: " + settings.text("registration")));
        return Exit.OK;
    }
}
