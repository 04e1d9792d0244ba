package dev.faas.cli.activation;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.Api;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.http.Request;
import dev.faas.cli.http.Response;
import dev.faas.cli.http.Retries;
import dev.faas.cli.output.ControlCharacters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what the command wrote to its standard output, to the byte. */
@Command(
        name = "result",
        description = {"Print the result of an activation.", "That is what its command wrote to stdout."},
        footer = {
            "",
            "Examples:",
            "  faas act result 06b7gd98g07rk4q3v8x2m5n9ta",
            "  faas act result 06b7gd98g07rk4q3v8x2m5n9ta > picture.png",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable,",
            "6 it has not ended, or its result has expired."
        })
final class ResultCommand extends Verb {
    private static final Duration WITHOUT_CONTACT = Duration.ofSeconds(30);
    private static final int BUFFER = 64 * 1024;

    @Parameters(paramLabel = "ID", description = "The activation.")
    private String id = "";

    @Override
    protected int run(Session session) throws InterruptedException {
        new Download(session, session.api()).run();
        return Exit.OK;
    }

    /** Goes on where a broken connection ended. */
    private final class Download {
        private final Session session;
        private final Api api;
        private final Retries retries = new Retries(WITHOUT_CONTACT);
        private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        private byte[] half = {};
        private long received;
        private Optional<String> tag = Optional.empty();

        Download(Session session, Api api) {
            this.session = session;
            this.api = api;
        }

        void run() throws InterruptedException {
            while (true) {
                try (var response = api.open(request())) {
                    if (response.status() == 202) {
                        throw hasNotEnded(response);
                    }
                    tag = response.header("ETag").or(() -> tag);
                    copy(response);
                    return;
                } catch (ApiFailure e) {
                    // 416: all bytes had arrived before the connection broke.
                    if (e.status() == 416 && received > 0) {
                        return;
                    }
                    if ((e.status() != 429 && e.status() < 500) || !retries.pause(Duration.ZERO)) {
                        throw e;
                    }
                } catch (IOException e) {
                    if (!retries.pause(Duration.ZERO)) {
                        throw api.unreachable(e);
                    }
                }
            }
        }

        private Request request() {
            var request = Request.get(ActivationPath.of(id, "result"));
            return received == 0 || tag.isEmpty()
                    ? request
                    : request.header("Range", "bytes=" + received + "-").header("If-Range", tag.get());
        }

        private Failure hasNotEnded(Response response) {
            return new Failure(
                    Exit.REFUSED,
                    "%s has not ended: it is %s".formatted(id, response.doc().text("status")),
                    "Wait for it: faas act wait " + id);
        }

        private void copy(Response response) throws IOException {
            long skipped = response.status() == 206 ? received : 0;
            long end = response.header("Content-Length").map(Long::parseLong).orElse(-1L);
            long position = skipped;
            var buffer = new byte[BUFFER];
            for (int count; (count = response.body().readNBytes(buffer, 0, BUFFER)) > 0; ) {
                int known = (int) Math.min(count, Math.max(0, received - position));
                write(buffer, known, count - known);
                position += count;
                received = Math.max(received, position);
                retries.succeeded();
            }
            if (end >= 0 && position - skipped < end) {
                throw new IOException("the result broke off after " + received + " bytes");
            }
        }

        private void write(byte[] bytes, int from, int count) {
            if (session.terminal().out() && !session.output().isRaw()) {
                session.output().streams().out(ControlCharacters.escapeOutput(text(bytes, from, count)));
            } else {
                session.output().streams().out(Arrays.copyOfRange(bytes, from, from + count));
            }
        }

        /** A character that the piece ends in the middle of is kept for the next one. */
        private String text(byte[] bytes, int from, int count) {
            var piece = ByteBuffer.allocate(half.length + count);
            piece.put(half).put(bytes, from, count).flip();
            var text = CharBuffer.allocate(piece.remaining());
            if (decoder.decode(piece, text, false).isError() || hasNul(bytes, from, count)) {
                throw Failure.usage(
                        "the result is binary, and this is a terminal",
                        "Write it to a file: faas act result %s > FILE   or print it anyway: --raw".formatted(id));
            }
            half = new byte[piece.remaining()];
            piece.get(half);
            return text.flip().toString();
        }

        private static boolean hasNul(byte[] bytes, int from, int count) {
            for (int i = from; i < from + count; i++) {
                if (bytes[i] == 0) {
                    return true;
                }
            }
            return false;
        }
    }
}
