package dev.faas.cli.run;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.InputFile;
import dev.faas.cli.Session;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Submits the items of a file as a batch. */
final class BatchFile {
    private static final int MAX_BYTES = 256 << 20;
    private static final String ARGUMENT = "argument";
    /** The answer comes when the last item is accepted. */
    private static final Duration READ_LIMIT = Duration.ofMinutes(10);

    private static final int MOST_SHOWN = 3;

    private final String ref;
    private final String file;
    private final String key;

    /** @param key null: a new one */
    BatchFile(String ref, String file, @Nullable String key) {
        this.ref = ref;
        this.file = file;
        this.key = key == null ? UUID.randomUUID().toString() : key;
    }

    int submit(Session session) {
        var items = toItems(InputFile.text("--batch", file, MAX_BYTES));
        var api = session.api();
        var answer = new Functions(api).naming(ref, () -> submit(api, items));
        var id = answer.text("batchId");
        session.output().document(answer, doc -> id, () -> List.of(id));
        long rejected = answer.number("rejected");
        if (rejected == 0) {
            session.output().note("%s items accepted. See: faas batch get %s".formatted(answer.text("accepted"), id));
            return Exit.OK;
        }
        session.output().note("faas: %d items were refused, %s accepted".formatted(rejected, answer.text("accepted")));
        answer.docs("items").stream()
                .filter(item -> item.find("code").isPresent())
                .limit(MOST_SHOWN)
                .forEach(item -> session.output()
                        .note("item %s: %s (%s)"
                                .formatted(item.text("index"), item.text("detail"), item.text("code"))));
        session.output().note("Submit these again, and no other twice: " + repeat());
        return Exit.REFUSED;
    }

    /** Lines of JSON stay as they are; of others each is the argument of an item. */
    private byte[] toItems(String text) {
        var lines = text.lines().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            throw Failure.usage("--batch: %s has no lines".formatted(file));
        }
        var items = isItem(lines.getFirst())
                ? String.join("\n", lines)
                : lines.stream()
                        .map(line -> Doc.compact(Doc.empty().with(ARGUMENT, line)))
                        .collect(Collectors.joining("\n"));
        return items.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isItem(String line) {
        try {
            return line.startsWith("{") && Doc.parse(line).fields().containsKey(ARGUMENT);
        } catch (IOException notJson) {
            return false;
        }
    }

    private Doc submit(Api api, byte[] items) {
        try {
            return api.document(Request.of("POST", "/v1/functions/" + Request.part(ref) + "/batches")
                    .body("application/x-ndjson", items)
                    .readLimit(READ_LIMIT)
                    .idempotent(key));
        } catch (Failure e) {
            if (e.exit() != Exit.UNAVAILABLE || Api.wasNeverSent(e.getCause())) {
                throw e;
            }
            var advice = new ArrayList<String>();
            advice.add("Some items may have been accepted. Submit the rest: " + repeat());
            advice.addAll(e.advice());
            throw new Failure(e.exit(), e.text(), advice, e);
        }
    }

    private String repeat() {
        return "faas invoke %s --batch %s --idempotency-key %s".formatted(ref, file, key);
    }
}
