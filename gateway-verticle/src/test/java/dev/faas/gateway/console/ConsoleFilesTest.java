package dev.faas.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.gateway.GatewayAnswer;
import dev.faas.gateway.RunningGateway;
import dev.faas.gateway.forward.Addresses;
import dev.faas.wire.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ConsoleFilesTest {
    private static final Pattern URL = Pattern.compile("(?:href|src)=\"([^\"]+)\"");
    private static final Pattern IMPORT_MAP = Pattern.compile("(?s)<script type=\"importmap\">(.*?)</script>");

    private static final Set<String> PAGES = Set.of("/console", "/openapi.yaml");

    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css",
            "html", "text/html",
            "js", "text/javascript",
            "svg", "image/svg+xml",
            "txt", "text/plain");

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory, Addresses.SYSTEM, "127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/console", "/console/", "/console/functions/any%2Fname?tab=logs", "/console/app.js", "/docs"})
    void eachPathOfAPageServesTheHtml(String path) throws Exception {
        var page = get(path);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(page.text()).startsWith("<!doctype html>");
        assertThat(faas.send(faas.request(path).header("If-None-Match", page.header("ETag")))
                        .status())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource({"/console, /app.js", "/docs, /vendor/swagger-ui.js"})
    void whatThePageLinksIsServedAndMayBeKeptForEver(String page, String script) throws Exception {
        assertThat(links(get(page).text()))
                .filteredOn(link -> !PAGES.contains(link))
                .anyMatch(link -> link.endsWith(script))
                .allSatisfy(link -> {
                    assertThat(link).startsWith("/console/a/");
                    var asset = get(link);
                    assertThat(asset.status()).as(link).isEqualTo(200);
                    assertThat(asset.header("Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
                    assertThat(asset.header("X-Content-Type-Options")).isEqualTo("nosniff");
                });
    }

    @Test
    void theLibrariesAreModulesThatTheImportMapFinds() throws Exception {
        var page = get("/console").text();

        for (var library : new String[] {"preact", "preact/hooks", "htm", "uplot"}) {
            var path = Pattern.compile("\"" + library + "\":\"([^\"]+)\"")
                    .matcher(page)
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            var module = get(path);
            assertThat(module.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
            assertThat(module.text()).as(path).contains("export");
        }
        assertThat(get(path("vendor/uplot.css")).text()).contains(".uplot");
        assertThat(get(path("vendor/LICENSE-preact.txt")).text()).contains("MIT");
    }

    /** Swagger UI sets inline styles, and its style sheet has pictures. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"/console, 'self', 'self' blob:", "/docs, 'self' 'unsafe-inline', 'self' data:"})
    void thePolicyAllowsTheImportMapAndNoOtherScriptInline(String path, String styles, String images) throws Exception {
        var page = get(path);
        var map = IMPORT_MAP.matcher(page.text()).results().findFirst().orElseThrow();
        var hash = Base64.getEncoder().encodeToString(Sha256.digest(map.group(1)));

        assertThat(page.header("Content-Security-Policy"))
                .isEqualTo("default-src 'none'; script-src 'self' 'sha256-" + hash + "'; style-src " + styles
                        + "; img-src " + images + "; connect-src 'self'; base-uri 'none'; form-action 'none';"
                        + " frame-ancestors 'none'");
        assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(page.header("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(page.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    }

    @Test
    void modulesOfTheFirstPageArePreloaded() throws Exception {
        assertThat(get("/console").text())
                .contains(
                        "<link rel=\"modulepreload\" href=\"" + path("app.js") + "\">",
                        "<link rel=\"modulepreload\" href=\"" + path("vendor/preact.js") + "\">")
                .doesNotContain("<link rel=\"modulepreload\" href=\"" + path("vendor/uplot.js") + "\">");
    }

    @Test
    void aBrowserGetsCompressedFiles() throws Exception {
        var path = path("vendor/preact.js");
        var plain = get(path);
        var packed = packed(path);

        assertThat(plain.header("Content-Encoding")).isEmpty();
        assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(packed.header("Vary")).isEqualToIgnoringCase("accept-encoding");
        assertThat(length(packed)).isLessThan(plain.text().length() / 2);
    }

    @Test
    void eachFileHasItsTypeAndAllTogetherAreSmall() throws Exception {
        var files = ClasspathFolder.read("/console/", ConsolePage.CONSOLE).sequencedKeySet();

        int bytes = 0;
        for (var file : files) {
            var packed = packed(path(file));
            assertThat(packed.status()).as(file).isEqualTo(200);
            assertThat(packed.header("Content-Encoding")).as(file).isEqualTo("gzip");
            assertThat(packed.header("Content-Type"))
                    .as(file)
                    .startsWith(TYPES.get(file.substring(file.lastIndexOf('.') + 1)));
            if (!file.endsWith(".txt") && !file.contains("swagger-ui")) {
                bytes += length(packed);
            }
        }
        assertThat(files).contains("app.js", "vendor/uplot.js", "styles/base.css", "icon.svg");
        assertThat(bytes).isLessThanOrEqualTo(300_000);
    }

    /** What a browser loads for the overview: what the HTML links, and the modules that its page imports. */
    @Test
    void theFirstPageIsSmall() throws Exception {
        var files = ClasspathFolder.read("/console/", ConsolePage.CONSOLE);
        var html = new String(files.get(ConsolePage.CONSOLE), StandardCharsets.UTF_8);
        files.put(
                ConsolePage.CONSOLE,
                html.replace("src=\"app.js\"", "src=\"pages/overview.js\"").getBytes(StandardCharsets.UTF_8));
        var loaded = new TreeSet<>(links(get("/console").text()));
        loaded.addAll(links(ConsolePage.of(files, ConsolePage.CONSOLE, path("")).text()));
        assertThat(loaded).contains(path("app.js"), path("pages/overview.js"), path("vendor/uplot.js"));

        int bytes = length(packed("/console"));
        for (var link : loaded) {
            bytes += length(packed(link));
        }
        assertThat(bytes).isLessThanOrEqualTo(120_000);
    }

    @ParameterizedTest
    @CsvSource({
        "app.mjs",
        "vendor",
        "../../../logback.xml",
        "%2e%2e/%2e%2e/%2e%2e/logback.xml",
        "vendor/../app.jsx",
        "''"
    })
    void aFileThatIsMissingIsNotFound(String file) throws Exception {
        assertMissing(path("app.js").replace("app.js", file));
    }

    @Test
    void aFileOfAnotherVersionIsNotFound() throws Exception {
        assertMissing("/console/a/0123456789abcdef/app.js");
        assertThat(get("/consolefoo").status()).isEqualTo(404);
    }

    private static void assertMissing(String path) throws Exception {
        var answer = get(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.field("code")).isEqualTo("not_found");
        assertThat(answer.header("Cache-Control")).doesNotContain("immutable");
    }

    /** Where the page has this file. */
    private static String path(String file) throws Exception {
        var app = links(get("/console").text()).stream()
                .filter(link -> link.endsWith("/app.js"))
                .findFirst()
                .orElseThrow();
        return app.substring(0, app.lastIndexOf('/') + 1) + file;
    }

    private static List<String> links(String html) {
        return URL.matcher(html).results().map(found -> found.group(1)).toList();
    }

    /** Of the body as it was sent. */
    private static int length(GatewayAnswer answer) {
        return Integer.parseInt(answer.header("Content-Length"));
    }

    private static GatewayAnswer packed(String path) throws IOException, InterruptedException {
        return faas.send(faas.request(path).header("Accept-Encoding", "br, gzip"));
    }

    private static GatewayAnswer get(String path) throws IOException, InterruptedException {
        return faas.send(faas.request(path));
    }
}
