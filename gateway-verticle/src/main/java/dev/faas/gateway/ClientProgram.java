package dev.faas.gateway;

import dev.faas.http.content.ByteBody;
import dev.faas.http.content.ByteBody.Source;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the client program of this version, one executable file, as it was at the start. Its entity tag is its SHA-256. */
final class ClientProgram implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientProgram.class);

    private record Stored(Buffer bytes, ByteBody body) {
        static Stored of(byte[] bytes) {
            return new Stored(Buffer.buffer(bytes), new ByteBody(Sha256.hex(bytes), bytes.length));
        }
    }

    private final @Nullable Stored stored;

    private ClientProgram(@Nullable Stored stored) {
        this.stored = stored;
    }

    /** Blocks. An image sets the file also where the build had none, so a missing file does not prevent the start. */
    static ClientProgram open(@Nullable Path file) {
        if (file == null) {
            return new ClientProgram(null);
        }
        try {
            return new ClientProgram(Stored.of(Files.readAllBytes(file)));
        } catch (IOException e) {
            LOG.warn("client program not readable, it is not served path={} error={}", file, e.toString());
            return new ClientProgram(null);
        }
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (stored == null) {
            ctx.fail(Problem.of(
                            404,
                            "not_found",
                            "Not found",
                            "The client is not part of this installation. Its operator can add it: FAAS_CLI_FILE.")
                    .asException());
            return;
        }
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream")
                .putHeader("Content-Disposition", "attachment; filename=\"faas\"");
        stored.body().send(ctx, Source.of(stored.bytes()));
    }
}
