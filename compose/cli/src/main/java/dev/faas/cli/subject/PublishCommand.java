package dev.faas.cli.subject;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.InputFile;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a message. */
@Command(
        name = "publish",
        description = {
            "Publish a message, and print its number.",
            "It is kept until each source that reads the subject has submitted it, at most 3 days. Without such a source it is dropped."
        },
        footer = {
            "",
            "Examples:",
            "  faas subject publish orders.new 'three apples'",
            "  faas subject publish orders.new - --type application/json < order.json",
            "",
            "Exit codes: 0 fine, 2 usage or an invalid subject, 3 not logged in, 5 unavailable or no room."
        })
final class PublishCommand extends Verb {
    private static final int MAX_BYTES = 128 << 10;

    @Parameters(index = "0", paramLabel = "SUBJECT", description = "Up to 8 names with dots between them.")
    private String subject = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "MESSAGE",
            description = "At most 131,072 bytes; - for standard input.")
    private @Nullable String message;

    @Option(names = "--type", paramLabel = "TYPE", description = "Its Content-Type (default: ${DEFAULT-VALUE}).")
    private String type = "text/plain";

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Messages with the same key to this subject within 10 minutes are one message.")
    private @Nullable String key;

    @Override
    protected int run(Session session) {
        var request = Request.of("POST", "/v1/subjects/" + Request.part(subject))
                .body(type, bytes())
                .idempotent(key == null ? UUID.randomUUID().toString() : key);
        var answer = session.api().document(request);
        session.output().document(answer, doc -> doc.text("sequence"), () -> List.of(answer.text("sequence")));
        return Exit.OK;
    }

    private byte[] bytes() {
        if ("-".equals(message)) {
            return InputFile.whole("MESSAGE", "-", MAX_BYTES);
        }
        var bytes = message == null ? new byte[0] : message.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw Failure.usage("the message has more than %d bytes".formatted(MAX_BYTES));
        }
        return bytes;
    }
}
