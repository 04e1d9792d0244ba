package dev.faas.system.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.testing.Await;
import dev.faas.testing.Command;
import dev.faas.wire.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A secret is where a run of its function uses it, and nowhere else. Each search finds another value that is no secret. */
class SecretsIT {
    private static final String PLANTED = "planted-" + UUID.randomUUID();
    private static final String VISIBLE = "visible-" + UUID.randomUUID();
    private static final String SCRIPT = """
            stat -c '%a %u' /run/secrets/db
            /bin/busybox sha256sum < /run/secrets/db
            printf %s "$PASSWORD" | /bin/busybox sha256sum
            ls /run/secrets
            cat /run/secrets/db >&2
            printf '\\nand %s\\n' "$PASSWORD" >&2
            sleep "$1"
            """;

    @TempDir
    private Path data;

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
    private final AppenderBase<ILoggingEvent> recorder = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            var thrown = event.getThrowableProxy();
            logged.add(event.getFormattedMessage() + (thrown == null ? "" : thrown.getMessage()));
        }
    };

    @BeforeEach
    void recordLogs() {
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender);
        recorder.start();
        root.addAppender(recorder);
        root.setLevel(Level.TRACE);
    }

    @AfterEach
    void restoreLogs() {
        root.setLevel(before);
        root.detachAppender(recorder);
        others.forEach(root::addAppender);
    }

    /** In three modes, the second run of each in the same container if the mode keeps it. */
    @Test
    void aPlantedValueIsFoundNowhere() throws Exception {
        var answers = new ArrayList<String>();
        try (var images = new TestImages(TestImages.dockerHost());
                var platform = Platform.start(UpOptions.local(data, Map.of("FAAS_SLOTS", "2")))) {
            var ada = Client.register(platform.api());
            ada.send("PUT", "/v1/secrets/db", Map.of("value", PLANTED)).expect(201);
            var image = images.script(SCRIPT);
            for (var mode : List.of("isolated", "nested", "reused")) {
                ada.post("/v1/functions", function(mode, image)).expect(201);
                runWhileInspected(ada, mode, answers);
                assertRan(ada, ada.run(mode, "0"), mode, answers);
            }
            answers.add(ada.get("/v1/secrets").text());
            answers.add(ada.get("/v1/functions").text());
            answers.add(ada.get("/v1/activations").text());
            answers.add(dump("auth", platform));
            var registry = dump("registry", platform);
            assertThat(registry).containsAnyOf(forms(VISIBLE));
            answers.add(registry);
        }

        assertThat(String.join("\n", answers)).contains(VISIBLE).doesNotContain(forms(PLANTED));
        assertThat(String.join("\n", logged)).contains("secret stored name=db").doesNotContain(forms(PLANTED));
        assertThat(filesWith(data.resolve("postgres"), VISIBLE)).isNotEmpty();
        assertThat(filesWith(data.resolve("nats"), VISIBLE)).isNotEmpty();
        assertThat(filesWith(data, forms(PLANTED))).isEmpty();
    }

    private static Map<String, Object> function(String mode, String image) {
        return Map.of(
                "name",
                mode,
                "image",
                image,
                "mode",
                mode,
                "concurrency",
                1,
                "env",
                Map.of("VISIBLE", VISIBLE),
                "secrets",
                List.of("db", "PASSWORD=db@1"));
    }

    private static void runWhileInspected(Client ada, String mode, List<String> answers) throws Exception {
        var id = ada.submit(mode, "10");
        Await.until(
                "it writes",
                () -> ada.get("/v1/activations/" + id + "/logs").text().contains("and ***"));
        var containers =
                Command.run("sh", "-c", "docker ps --all --quiet --no-trunc | xargs -r docker inspect 2>&1 || :");
        assertThat(containers).contains(VISIBLE);
        answers.add(containers);
        assertThat(ada.get("/v1/activations/" + id + "?wait=60")
                        .json()
                        .path("mode")
                        .asText())
                .isEqualTo(mode);
        assertRan(ada, id, mode, answers);
    }

    private static void assertRan(Client ada, String id, String mode, List<String> answers) throws Exception {
        var path = "/v1/activations/" + id;
        var record = ada.get(path).expect(200);
        var digest = HexFormat.of().formatHex(Sha256.digest(PLANTED)) + "  -\n";
        assertThat(record.json().path("result").asText())
                .as("%s: %s", mode, record.text())
                .isEqualTo("400 0\n" + digest + digest + "db\n");
        assertThat(ada.get(path + "/logs").text()).isEqualTo("***\nand ***\n");
        answers.add(record.text());
        answers.add(ada.get(path + "/events").text());
    }

    /** What the role of a service can read, row by row. */
    private static String dump(String service, Platform platform) throws SQLException {
        var rows = new StringBuilder();
        var settings = platform.settingsOf(service);
        var url = "jdbc:" + settings.get("FAAS_PG_URL").replace("postgres:", "postgresql:");
        try (var connection = DriverManager.getConnection(
                        url, settings.get("FAAS_PG_USER"), settings.get("FAAS_PG_PASSWORD"));
                var list = connection.createStatement();
                var tables = list.executeQuery("""
                        select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
                        where schemaname = '%s'""".formatted(service))) {
            while (tables.next()) {
                try (var read = connection.createStatement();
                        var all = read.executeQuery("select t::text from " + tables.getString(1) + " t")) {
                    while (all.next()) {
                        rows.append(all.getString(1)).append('\n');
                    }
                }
            }
        }
        assertThat(rows).isNotEmpty();
        return rows.toString();
    }

    /** As it is, in hex, and in base64 wherever it begins within three bytes. */
    private static String[] forms(String value) {
        var bytes = value.getBytes(UTF_8);
        var hex = HexFormat.of().formatHex(bytes);
        var base64 = Stream.of(0, 1, 2).map(shift -> {
            var shifted = new byte[shift + bytes.length];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            var text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // The first and last characters depend on the neighbours.
            return text.substring(shift == 0 ? 0 : 4, text.length() - 2);
        });
        return Stream.concat(Stream.of(value, hex), base64).toArray(String[]::new);
    }

    private static List<Path> filesWith(Path folder, String... values) throws IOException {
        var found = new ArrayList<Path>();
        try (var all = Files.walk(folder)) {
            for (var file : all.filter(Files::isRegularFile).toList()) {
                var content = Files.readString(file, ISO_8859_1);
                if (Stream.of(values).anyMatch(content::contains)) {
                    found.add(file);
                }
            }
        }
        return found;
    }
}
