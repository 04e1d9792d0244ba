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
 * Serves the console and the reference of the API: their files as they were at the start, compressed once. The path of a file contains
 * the hash of all files, so a browser keeps it for ever; every other path of the console is a page, for which its HTML is served.
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

    /** The HTML of a path, with the policy under which a browser shows it. */
    private record Page(Asset html, WeakTag tag, String policy) {
        static Page of(ConsolePage page, String styles, String images) {
            var bytes = page.text().getBytes(StandardCharsets.UTF_8);
            var policy =
                    "default-src 'none'; script-src 'self' 'sha256-" + page.importMapHash() + "'; style-src " + styles
                            + "; img-src " + images + "; connect-src 'self'; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'none'";
            return new Page(Asset.of(ConsolePage.CONSOLE, bytes), WeakTag.of(bytes), policy);
        }
    }

    private final String prefix;
    private final Map<String, Asset> assets = new LinkedHashMap<>();
    private final Page console;
    private final Page reference;

    private ConsoleFiles(SequencedMap<String, byte[]> files) {
        this.prefix = ASSETS + hash(files) + "/";
        files.forEach((path, bytes) -> assets.put(path, Asset.of(path, bytes)));
        this.console = Page.of(ConsolePage.of(files, ConsolePage.CONSOLE, prefix), "'self'", "'self' blob:");
        // Swagger UI sets inline styles, and its style sheet has pictures.
        this.reference =
                Page.of(ConsolePage.of(files, ConsolePage.REFERENCE, prefix), "'self' 'unsafe-inline'", "'self' data:");
    }

    /** Blocks. */
    public static ConsoleFiles load() {
        try {
            return new ConsoleFiles(ClasspathFolder.read("/console/", ConsolePage.CONSOLE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void addTo(Router on) {
        on.get(ASSETS + "*").handler(this::sendAsset);
        on.get("/console/*").handler(ctx -> sendPage(ctx, console));
        on.get("/docs/*").handler(ctx -> sendPage(ctx, reference));
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
        setHeaders(ctx.response(), console).putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable");
        send(ctx, asset);
    }

    private static void sendPage(RoutingContext ctx, Page page) {
        setHeaders(ctx.response(), page).putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (!page.tag().endsIfHeld(ctx)) {
            send(ctx, page.html());
        }
    }

    private static HttpServerResponse setHeaders(HttpServerResponse response, Page page) {
        return response.putHeader("Content-Security-Policy", page.policy())
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
