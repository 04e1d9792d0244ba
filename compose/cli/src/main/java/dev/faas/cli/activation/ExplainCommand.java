package dev.faas.cli.activation;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ActivationPath;
import dev.faas.cli.run.Outcome;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says why an activation waits. */
@Command(
        name = "explain",
        description = "Say why an activation waits and what would change that, or how it ended.",
        footer = {
            "",
            "Examples:",
            "  faas act explain 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act explain 06b7gd98g07rk4q3v8x2m5n9ta --json why,queuedBefore",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable."
        })
final class ExplainCommand extends Verb {
    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Override
    protected int run(Session session) {
        var explanation = session.api().get(ActivationPath.of(id, "explain"));
        session.output()
                .document(
                        explanation,
                        doc -> doc.text("why"),
                        () -> explanation.text("why").equals("ended")
                                ? ending(new Outcome(session.api().get(ActivationPath.of(id))))
                                : sentences(explanation));
        return Exit.OK;
    }

    /** What the explanation does not tell of an activation that has ended. */
    private static List<String> ending(Outcome outcome) {
        return List.of(
                outcome.sentence() + ".",
                "Its log: faas logs " + outcome.id(),
                outcome.isHappy()
                        ? "Its result: faas act result " + outcome.id()
                        : "Again: faas act replay " + outcome.id());
    }

    static List<String> sentences(Doc explanation) {
        var lines = new ArrayList<String>();
        lines.add("%s is %s. %s"
                .formatted(
                        explanation.text("activationId"),
                        explanation.text("status").replace('_', ' '),
                        explanation.text("detail")));
        if (explanation.text("status").equals("queued")) {
            addQueue(lines, explanation);
        }
        explanation
                .find("lastReason")
                .ifPresent(reason ->
                        lines.add("Its attempt %s ended with %s.".formatted(explanation.text("attempt"), reason)));
        if (explanation.text("status").equals("queued")) {
            explanation
                    .find("nextAttemptAt")
                    .ifPresent(time -> lines.add(
                            explanation.text("why").equals("not_before")
                                    ? "It is due at %s.".formatted(time)
                                    : "Its next attempt is due at %s.".formatted(time)));
            explanation
                    .find("expiresAt")
                    .ifPresent(time -> lines.add("It expires at %s if it is still queued then.".formatted(time)));
        }
        lines.addAll(remedy(explanation));
        return lines;
    }

    private static void addQueue(List<String> lines, Doc explanation) {
        var function = explanation.doc("function");
        var platform = explanation.doc("platform");
        explanation
                .findNumber("queuedBefore")
                .ifPresent(ahead -> lines.add(
                        ahead == 0 ? "It is the next of its function." : "About %d are ahead of it.".formatted(ahead)));
        if (!function.fields().isEmpty()) {
            lines.add("%s runs %s of %s, and has %s queued."
                    .formatted(
                            function.text("name"),
                            function.text("running"),
                            function.find("limit").orElse("an unknown limit"),
                            function.text("queued")));
        }
        if (!platform.fields().isEmpty()) {
            lines.add("%s of %s slots are free, on %s spawners."
                    .formatted(platform.text("free"), platform.text("slots"), platform.text("spawners")));
        }
        var owner = explanation.doc("owner");
        if (owner.number("ownersWaiting") > 1 && owner.get("share") instanceof Number share) {
            lines.add("%s users wait, so you get %.0f %% of the slots."
                    .formatted(owner.text("ownersWaiting"), share.doubleValue() * 100));
        }
    }

    /** What would change it. */
    private static List<String> remedy(Doc explanation) {
        var name = explanation.doc("function").text("name");
        return switch (explanation.text("why")) {
            case "function_at_limit" ->
                List.of("To let more run at once: faas fn update %s --concurrency N".formatted(name));
            case "no_free_slot" ->
                List.of(
                        "It starts when another activation ends, or when the platform gets more slots: another spawner.");
            case "no_memory" -> List.of("If it needs less: faas fn update %s --memory N".formatted(name));
            case "no_spawner" -> List.of("It starts when a spawner works again: ask those who run the platform.");
            case "running" -> List.of("Watch it: faas attach " + explanation.text("activationId"));
            default -> List.of();
        };
    }
}
