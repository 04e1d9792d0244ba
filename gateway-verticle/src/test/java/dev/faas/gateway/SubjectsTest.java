package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.Delivery;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages on subjects of users. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class SubjectsTest {
    @AutoClose
    static RunningGateway faas;

    private String owner;
    private String source;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
    }

    /** Of a new user, of everything. */
    @BeforeEach
    void createSource() {
        owner = Ids.user(Instant.now());
        source = Ids.source(Instant.now());
        ensureSource(source, owner);
    }

    private static void ensureSource(String id, String of) {
        Await.await(faas.bus.stream(Subjects.INBOX).consumers().ensureLasting(id, Subjects.inbox(of, ">"), 1_000));
    }

    private GatewayAnswer publish(String subject, byte[] message, String... headers)
            throws IOException, InterruptedException {
        return publishAs(owner, subject, message, headers);
    }

    private static GatewayAnswer publishAs(String user, String subject, byte[] message, String... headers)
            throws IOException, InterruptedException {
        var request = faas.as(user, "/v1/subjects/" + subject).POST(BodyPublishers.ofByteArray(message));
        return faas.send(headers.length == 0 ? request : request.headers(headers));
    }

    private List<Delivery> received() throws InterruptedException {
        try (var reader = faas.bus.openReader(Subjects.INBOX, source)) {
            return reader.take(100, Duration.ofSeconds(5));
        }
    }

    @Test
    void whenPublished_thenTheMessageIsStoredAsItIsWithTheHeadersOfAnEvent() throws Exception {
        var message = new byte[] {0, (byte) 0xff, 7};

        var answer = publish(
                "orders.new",
                message,
                "ce-type",
                "order",
                "Content-Type",
                "image/png",
                "X-Other",
                "dropped",
                "Nats-Msg-Id",
                "dropped");

        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        var stored = received().getFirst();
        assertThat(stored.subject()).isEqualTo("in." + owner + ".orders.new");
        assertThat(stored.bytes()).isEqualTo(message);
        assertThat(stored.headers()).isEqualTo(Map.of("ce-type", "order", "content-type", "image/png"));
        assertThat(answer.json().path("sequence").asLong()).isEqualTo(stored.sequence());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a..b", ".a", "a.", "*", "a.%3E", "a%20b", "a.b.c.d.e.f.g.h.i", "%C3%BC", "a%00"})
    void givenAnotherSubject_whenPublished_thenItIsRefused(String subject) throws Exception {
        var refused = publish(subject, new byte[0]);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors").path(0).path("field").asText()).isEqualTo("subject");
    }

    @Test
    void givenABodyThatIsTooLarge_whenPublished_thenItIsRefused() throws Exception {
        assertThat(publish("large", new byte[131_072]).status()).isEqualTo(202);
        assertThat(publish("large", new byte[131_073]).status()).isEqualTo(413);
    }

    /** A key is of one owner and one subject. */
    @ParameterizedTest
    @CsvSource({"true, orders, 1", "true, invoices, 2", "false, orders, 2"})
    void givenAKey_whenRepeated_thenTheMessageIsStoredOnce(boolean hasKey, String subject, int messages)
            throws Exception {
        var other = Ids.user(Instant.now());
        ensureSource(Ids.source(Instant.now()), other);
        var headers = hasKey ? new String[] {"Idempotency-Key", "k-1"} : new String[0];
        publishAs(other, "orders", new byte[] {'x'}, headers);

        var first = publish("orders", new byte[] {'x'}, headers).json();
        var second = publish(subject, new byte[] {'x'}, headers).json();

        assertThat(received()).hasSize(messages);
        assertThat(second.equals(first)).isEqualTo(messages == 1);
    }

    @Test
    void givenNoSource_whenPublished_thenNothingIsStored() throws Exception {
        var other = Ids.user(Instant.now());
        long before = Await.await(faas.bus.stream(Subjects.INBOX).state()).messages();

        assertThat(publishAs(other, "orders", new byte[] {'x'}).status()).isEqualTo(202);

        assertThat(Await.await(faas.bus.stream(Subjects.INBOX).state()).messages())
                .isEqualTo(before);
    }

    /** More than half full: who has more than a share is refused, and others are not. */
    @Test
    void givenAStreamThatFillsUp_whenPublished_thenOnlyWhoFillsItIsRefused() throws Exception {
        setSize(1 << 20);
        try {
            Await.until("refused", () -> {
                var answer = publish("large", new byte[100_000]);
                return answer.status() == 429
                        && answer.json().path("code").asText().equals("quota_exceeded")
                        && answer.header("Retry-After") != null;
            });
            var other = Ids.user(Instant.now());
            ensureSource(Ids.source(Instant.now()), other);

            assertThat(publishAs(other, "small", new byte[1_000]).status()).isEqualTo(202);
        } finally {
            setSize(1 << 30);
        }
    }

    private static void setSize(long bytes) throws Exception {
        var connection = faas.administrator();
        try {
            var management = connection.jetStreamManagement();
            management.updateStream(StreamConfiguration.builder(
                            management.getStreamInfo(Subjects.INBOX).getConfiguration())
                    .maxBytes(bytes)
                    .build());
        } finally {
            connection.close();
        }
    }
}
