package dev.faas.gateway.console;

import dev.faas.http.content.ContentCoding;
import dev.faas.http.content.WeakTag;
import dev.faas.wire.Problem;
import dev.faas.wire.Sha256;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Serves the console: its files as they were at the start, compressed once. The path of a file contains the hash of all files, so a
 * browser keeps it for ever; every other path is a page of the console, for which its HTML is served.
 */
public final class ConsoleFiles {
    private static final String ASSETS = "/console/a/";
    private static final int HASH_DIGITS = 16;

    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private record Asset(String type, Buffer plain, Buffer gzipped) {
        static Asset of(String path, byte[] bytes) {
            var ending = path.substring(path.lastIndexOf('.') + 1);
            var type = TYPES.get(ending);
            if (type == null) {
                throw new IllegalStateException("the console has a file of no known type: " + path);
            }
            return new Asset(type, Buffer.buffer(bytes), ContentCoding.gzip(bytes));
        }
    }

    private final String prefix;
    private final Map<String, Asset> assets = new LinkedHashMap<>();
    private final Asset page;
    private final WeakTag pageTag;
    private final String policy;

    private ConsoleFiles(SequencedMap<String, byte[]> files) {
        this.prefix = ASSETS + hash(files) + "/";
        files.forEach((path, bytes) -> assets.put(path, Asset.of(path, bytes)));
        var html = ConsolePage.of(files, prefix);
        var bytes = html.text().getBytes(StandardCharsets.UTF_8);
        this.page = Asset.of(ConsolePage.FILE, bytes);
        this.pageTag = WeakTag.of(bytes);
        this.policy = "default-src 'none'; script-src 'self' 'sha256-" + html.importMapHash()
                + "'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'";
    }

    /** Blocks. */
    public static ConsoleFiles load() {
        try {
            return new ConsoleFiles(ClasspathFolder.read("/console/", ConsolePage.FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void addTo(Router on) {
        on.get(ASSETS + "*").handler(this::sendAsset);
        on.get("/console/*").handler(this::sendPage);
    }

    private void sendAsset(RoutingContext ctx) {
        var path = ctx.normalizedPath();
        var asset = path.startsWith(prefix) ? assets.get(path.substring(prefix.length())) : null;
        if (asset == null) {
            throw Problem.of(
                            404,
                            "not_found",
                            "Not found",
                            "The console of this version has no such file. Load the page again.")
                    .asException();
        }
        setHeaders(ctx.response()).putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable");
        send(ctx, asset);
    }

    private void sendPage(RoutingContext ctx) {
        setHeaders(ctx.response()).putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (!pageTag.endsIfHeld(ctx)) {
            send(ctx, page);
        }
    }

    private HttpServerResponse setHeaders(HttpServerResponse response) {
        return response.putHeader("Content-Security-Policy", policy)
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    private static void send(RoutingContext ctx, Asset asset) {
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, asset.type());
        ctx.response().end(ContentCoding.chooseGzip(ctx) ? asset.gzipped() : asset.plain());
    }

    private static String hash(SequencedMap<String, byte[]> files) {
        var all = new ByteArrayOutputStream();
        try {
            for (var file : files.entrySet()) {
                all.write((file.getKey() + '\n' + file.getValue().length + '\n').getBytes(StandardCharsets.UTF_8));
                all.write(file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return Sha256.hex(all.toByteArray()).substring(0, HASH_DIGITS);
    }
}
