package dev.faas.cli.account;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.output.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The limits of a user, and how they are printed. */
public final class Quota {
    private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

    static {
        MEANINGS.put("functions", "functions");
        MEANINGS.put("specKb", "KiB of all functions' definitions");
        MEANINGS.put("revisions", "revisions of each function");
        MEANINGS.put("running", "running activations");
        MEANINGS.put("queued", "queued activations");
        MEANINGS.put("queuedMb", "MiB of queued activations");
        MEANINGS.put("delayed", "delayed activations that are not due yet");
        MEANINGS.put("schedules", "schedules");
        MEANINGS.put("scheduleTicksPerHour", "times an hour of active schedules");
        MEANINGS.put("hooks", "hooks");
        MEANINGS.put("sources", "sources of messages");
        MEANINGS.put("destinations", "destinations of events");
        MEANINGS.put("openBatches", "batches that have not ended");
        MEANINGS.put("openJobs", "jobs that have not ended");
        MEANINGS.put("storedMb", "MiB of records, arguments, results and logs");
        MEANINGS.put("requestsPerSecond", "requests a second, twice as many at once");
        MEANINGS.put("idempotencyKeysPerDay", "new Idempotency-Keys a day");
    }

    private static final List<Column> COLUMNS = List.of(
            Column.text("NAME", "name"),
            Column.number("USED", doc -> doc.text("used")),
            new Column(
                    "LIMIT", doc -> doc.text("limit"), doc -> doc.find("limit").orElse("none"), true),
            Column.text("COUNTS", "meaning"));

    private Quota() {}

    public static List<String> names() {
        return List.copyOf(MEANINGS.keySet());
    }

    /** Prints the document for programs, a row for each limit for people and pipes.
     *
     * @param quota with {@code limits} and {@code used}
     */
    public static void print(Session session, Doc quota, String name) {
        if (session.output().isForPrograms()) {
            session.output().document(quota, doc -> name, List::of);
            return;
        }
        var limits = quota.doc("limits");
        var rows = limits.fields().keySet().stream()
                .map(limit -> Doc.empty()
                        .with("name", limit)
                        .with("used", quota.doc("used").get(limit))
                        .with("limit", limits.get(limit))
                        .with("meaning", MEANINGS.getOrDefault(limit, "")))
                .toList();
        session.output().list(rows, COLUMNS, doc -> doc.text("name"), "No limits.");
    }

    /** Such as {@code 3/500}; without a limit {@code 3}. */
    public static String useOf(Doc quota, String name) {
        return quota.doc("used").text(name)
                + Optional.ofNullable(quota.doc("limits").get(name))
                        .map(limit -> "/" + limit)
                        .orElse("");
    }
}
