package dev.faas.system.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests metrics of a platform after load by Prometheus itself: their form, their number, dashboard and alerts. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {
    private static final int MOST_SERIES = 2_000;
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Path OBSERVABILITY = Path.of("..", "observability");
    private static final Pattern ALERT = Pattern.compile("expr: (.+)");
    private static final String THRESHOLD = " (?:==|<|>) (?:[\\d.]+|max\\(max_over_time.*)$";
    /** Selects what a sound platform has none of. */
    private static final String FAULTS = "\\{(?:status|reason)=~[^}]*}";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private Path targets;
    private Client ada;

    @BeforeAll
    void thePlatformHasWorked(WholeSystem.Running system) throws Exception {
        targets = system.data().resolve("metrics-targets.json");
        ada = Client.register(system.api());
        ada.function("fine", system.images().script("echo fine"));
        ada.function("failing", system.images().script("exit 3"));
        for (int i = 0; i < 3; i++) {
            ada.run("fine", "");
            ada.ended(ada.submit("failing", ""));
            ada.get("/v1/functions/none").expect(404);
        }
    }

    @Test
    void theFormOfAllMetricsIsThatOfPrometheus() throws Exception {
        for (var target : targets()) {
            var process = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
            try (var in = process.getOutputStream()) {
                in.write(get("http://" + target + "/metrics").getBytes(StandardCharsets.UTF_8));
            }
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            // Names of the JVM's meters are not ours.
            assertThat(said.lines().filter(line -> line.startsWith("faas_") || line.contains("error")))
                    .isEmpty();
        }
    }

    @Test
    void neitherFunctionsNorHostileRequestsMakeSeries() throws Exception {
        for (int i = 0; i < 60; i++) {
            ada.function("many-" + i, "registry.example/many-" + i + ":1");
            ada.get("/v1/functions/many-" + i);
            ada.get("/v1/unknown-" + i + "/x?many-" + i + "=1");
            ada.send("INVENTED" + i, "/v1/functions", null);
            ada.post("/v1/functions/many-" + i + "/activations", "{", "X-Request-Id", "many-" + i);
        }
        for (var target : targets()) {
            var page = get("http://" + target + "/metrics");
            assertThat(page).doesNotContain("many-", "INVENTED", "unknown-");
            assertThat(page.lines().filter(line -> !line.startsWith("#")).count())
                    .as(target)
                    .isLessThanOrEqualTo(MOST_SERIES);
        }
    }

    @Test
    void eachExpressionOfDashboardAndAlertsHasData(@TempDir Path directory) throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var config = Files.writeString(directory.resolve("prometheus.yml"), """
                global: { scrape_interval: 1s }
                scrape_configs: [{ job_name: faas, file_sd_configs: [{ files: ["%s"] }] }]
                """.formatted(targets));
        var prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        try {
            var missing = expressions();
            assertThat(missing).hasSizeGreaterThan(30);
            long until = System.nanoTime() + LIMIT.toNanos();
            while (!missing.isEmpty() && System.nanoTime() < until) {
                Thread.sleep(500);
                var rest = new ArrayList<String>();
                for (var expression : missing) {
                    if (!hasData(port, expression)) {
                        rest.add(expression);
                    }
                }
                missing = rest;
            }
            assertThat(missing).isEmpty();
        } finally {
            prometheus.destroy();
            if (!prometheus.waitFor(10, TimeUnit.SECONDS)) {
                prometheus.destroyForcibly();
            }
        }
    }

    private List<String> expressions() throws IOException {
        var found = new ArrayList<String>();
        json.readTree(OBSERVABILITY.resolve("dashboard.json").toFile())
                .findValuesAsText("expr")
                .forEach(found::add);
        ALERT.matcher(Files.readString(OBSERVABILITY.resolve("alerts.yml")))
                .results()
                .flatMap(match -> Pattern.compile(" and on \\(\\) ").splitAsStream(match.group(1)))
                .map(part -> part.replaceFirst(THRESHOLD, "").replaceAll(FAULTS, ""))
                .forEach(found::add);
        return found;
    }

    private boolean hasData(int port, String expression) throws InterruptedException {
        JsonNode answer;
        try {
            answer = json.readTree(get("http://127.0.0.1:" + port + "/api/v1/query?query="
                    + URLEncoder.encode(expression, StandardCharsets.UTF_8)));
        } catch (IOException notYet) {
            return false;
        }
        assertThat(answer.path("error").asText()).as(expression).isEmpty();
        return !answer.path("data").path("result").isEmpty();
    }

    private List<String> targets() throws IOException {
        var found = new ArrayList<String>();
        json.readTree(targets.toFile()).path(0).path("targets").forEach(each -> found.add(each.asText()));
        assertThat(found).hasSize(4);
        return found;
    }

    private String get(String url) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, BodyHandlers.ofString()).body();
    }
}
