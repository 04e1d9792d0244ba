package dev.faas.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faas.config.Env;
import dev.faas.outgoing.MisbehavingServer.Behaviour;
import dev.faas.outgoing.OutgoingFailure.Reason;
import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against real servers for HTTP and names, on loopback addresses that the rules of the test allow. */
class OutgoingClientTest {
    private static final String NAME = "hook.example";
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    static Path directory;

    private static TestCertificate certificate;

    private final NameServer names = new NameServer();
    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            // All on one thread: what blocks it stops everything.
            .setEventLoopPoolSize(1)
            .setAddressResolverOptions(
                    new AddressResolverOptions().addServer(names.address()).setQueryTimeout(60_000)));
    private final Vertx servers = Vertx.vertx();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private NameLookup lookup = NameLookup.of(vertx);
    private OutgoingClient client;

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestCertificate.create(directory, "hook", "DNS:" + NAME);
    }

    @BeforeEach
    void start() {
        open("127.0.0.2,127.0.0.3", "", "");
    }

    @AfterEach
    void stop() throws Exception {
        for (var each : opened) {
            each.close();
        }
        Await.await(vertx.close());
        Await.await(servers.close());
        names.close();
    }

    @Test
    void givenAName_whenPostedTo_thenItsAddressIsReachedUnderItsNameForHostSniAndCertificate() {
        names.answer(NAME, "127.0.0.2");
        var receiver = tls("127.0.0.2");
        receiver.answer(request ->
                request.response().putHeader("X-Seen", "yes").setStatusCode(202).end("taken"));

        var response = Await.await(post("https://HOOK.example.:" + receiver.port() + "/in?x=1"));

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.headers()).containsEntry("x-seen", "yes");
        assertThat(response.body()).isEqualTo("taken");
        assertThat(receiver.received()).singleElement().satisfies(received -> {
            assertThat(received.host()).isEqualTo(NAME + ":" + receiver.port());
            assertThat(received.serverName()).isEqualTo(NAME);
            assertThat(received.target()).isEqualTo("/in?x=1");
            assertThat(received.headers()).containsEntry("webhook-id", "evt_1").containsEntry("content-length", "2");
            assertThat(received.body()).isEqualTo("{}");
        });
    }

    @Test
    void givenAnIpv6Address_whenPostedTo_thenHostHasBracketsAndTheCertificateIsOfTheAddress() throws Exception {
        assumeTrue(hasIpv6());
        var receiver = tls("::1", TestCertificate.create(directory, "ipv6", "IP:::1"));
        open("::1", "", "", directory.resolve("ipv6-ca.pem"));

        Await.await(post("https://[::1]:" + receiver.port()));

        assertThat(receiver.received().getFirst().host()).isEqualTo("[0:0:0:0:0:0:0:1]:" + receiver.port());
    }

    @Test
    void givenACertificateOfAnotherNameOrIssuer_whenPostedTo_thenNothingIsSent() throws Exception {
        names.answer(NAME, "127.0.0.2").answer("other.example", "127.0.0.2");
        var receiver = tls("127.0.0.2");
        var stranger = tls("127.0.0.2", TestCertificate.create(directory, "stranger", "DNS:" + NAME));

        assertThat(reason("https://other.example:" + receiver.port())).isEqualTo(Reason.TLS);
        assertThat(reason("https://127.0.0.2:" + receiver.port())).isEqualTo(Reason.TLS);
        assertThat(reason("https://hook.example:" + stranger.port())).isEqualTo(Reason.TLS);
        assertThat(receiver.received()).isEmpty();
        assertThat(stranger.received()).isEmpty();
    }

    @Test
    void givenOneName_whenPostedToAgainAndAgain_thenOneConnectionServesItAndNoOtherName() {
        // As name servers do: in turns.
        names.answerEach(NAME, n -> n % 2 == 0 ? List.of("127.0.0.2", "127.0.0.3") : List.of("127.0.0.3", "127.0.0.2"));
        names.answer("other.example", "127.0.0.2").answer("third.example", "127.0.0.2");
        var receiver = plain("0.0.0.0", 0);

        for (int i = 0; i < 20; i++) {
            Await.await(post("http://hook.example:" + receiver.port()));
        }

        assertThat(names.questions(NAME)).isEqualTo(20);
        assertThat(receiver.connections()).isEqualTo(1);

        Await.await(post("http://other.example:" + receiver.port()));
        Await.await(post("http://third.example:" + receiver.port()));

        assertThat(receiver.connections()).isEqualTo(3);
        assertThat(receiver.received()).hasSize(22);
    }

    /** A connection by name would ask the name server again, and reach what it says by then. */
    @Test
    void givenANameThatChangesAfterItsCheck_whenPostedTo_thenTheCheckedAddressIsReached() {
        names.answer(NAME, "127.0.0.1");
        lookup = name -> Future.succeededFuture(List.of(InetAddress.ofLiteral("127.0.0.2")));
        open("127.0.0.2", "", "");
        var allowed = plain("127.0.0.2", 0);
        var forbidden = plain("127.0.0.1", allowed.port());

        Await.await(post("http://hook.example:" + allowed.port()));

        assertThat(allowed.received()).hasSize(1);
        assertThat(forbidden.connections()).isZero();
        assertThat(names.questions(NAME)).isZero();
    }

    @Test
    void givenANameServerThatChangesItsAnswer_whenPostedTo_thenEachAnswerIsChecked() {
        names.answerEach(NAME, n -> List.of(n == 0 ? "127.0.0.2" : "127.0.0.1"));
        var allowed = plain("127.0.0.2", 0);
        var forbidden = plain("127.0.0.1", allowed.port());
        var url = "http://hook.example:" + allowed.port();

        Await.await(post(url));

        assertThat(names.questions(NAME)).isEqualTo(1);
        assertThat(reason(url)).isEqualTo(Reason.FORBIDDEN);
        assertThat(names.questions(NAME)).isEqualTo(2);
        assertThat(allowed.received()).hasSize(1);
        assertThat(forbidden.connections()).isZero();
    }

    @Test
    void givenAnswersOfBothKinds_whenPostedTo_thenOnlyTheAllowedAddressIsReached() {
        names.answer(NAME, "127.0.0.1", "127.0.0.2", "10.0.0.1");
        var allowed = plain("127.0.0.2", 0);
        var forbidden = plain("127.0.0.1", allowed.port());

        for (int i = 0; i < 5; i++) {
            Await.await(post("http://hook.example:" + allowed.port()));
        }

        assertThat(allowed.received()).hasSize(5);
        assertThat(forbidden.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void givenARedirect_whenPostedTo_thenItIsNotFollowed(int status) throws IOException {
        names.answer(NAME, "127.0.0.2");
        var receiver = plain("127.0.0.2", 0);
        try (var target = new Connections(new InetSocketAddress("127.0.0.2", 0))) {
            var location = "http://127.0.0.2:" + target.port() + "/";
            receiver.answer(request -> request.response()
                    .setStatusCode(status)
                    .putHeader("Location", location)
                    .end());

            var response = Await.await(post("http://hook.example:" + receiver.port()));

            assertThat(response.status()).isEqualTo(status);
            assertThat(response.isSuccess()).isFalse();
            assertThat(response.headers()).containsEntry("location", location);
            assertThat(target.count()).isZero();
        }
    }

    /** The order of two addresses is fixed in a client: one of these servers has the second. */
    @Test
    void givenAnAddressThatRefuses_whenPostedTo_thenTheOtherOneIsTried() {
        names.answer(NAME, "127.0.0.2", "127.0.0.3");
        var one = plain("127.0.0.2", 0);
        var other = plain("127.0.0.3", 0);

        for (var receiver : List.of(one, other)) {
            assertThat(Await.await(post("http://hook.example:" + receiver.port()))
                            .status())
                    .isEqualTo(200);
        }

        assertThat(reason("http://127.0.0.3:" + one.port())).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void givenAnUnknownName_whenPostedTo_thenTheMessageIsThatOfAForbiddenOne() {
        names.answer("inner.example", "127.0.0.1");

        var unknown = (OutgoingFailure) Await.failure(post("https://unknown.example"));
        var forbidden = (OutgoingFailure) Await.failure(post("https://inner.example"));

        assertThat(unknown.reason()).isEqualTo(Reason.UNKNOWN_NAME);
        assertThat(forbidden.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(unknown).hasMessage(forbidden.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "http,  SILENT,            TIMED_OUT",
        "https, SILENT,            TIMED_OUT",
        "http,  CLOSES,            NO_RESPONSE",
        "https, CLOSES,            TLS",
        "http,  CLOSES_IN_HEADERS, NO_RESPONSE",
        "http,  NO_HTTP,           NO_RESPONSE",
        "https, NO_HTTP,           TLS",
        "http,  LONG_STATUS_LINE,  NO_RESPONSE",
        "http,  LONG_HEADERS,      NO_RESPONSE",
        "http,  SLOW_HEADERS,      TIMED_OUT",
        "http,  ENDLESS_INTERIM,   TIMED_OUT",
    })
    void givenAServerThatDoesNotAnswer_whenPostedTo_thenTheAttemptAndItsConnectionEnd(
            String scheme, Behaviour behaviour, Reason reason) {
        var server = misbehaving(behaviour);

        assertThat(reason(scheme + "://127.0.0.2:" + server.port(), reason == Reason.TIMED_OUT ? SHORT : LONG))
                .isEqualTo(reason);
        Await.until("the connection is closed", () -> server.openConnections() == 0);
    }

    /** All at once: each takes all of its time. */
    @Test
    void givenABodyThatDoesNotEnd_whenPostedTo_thenTheStatusCountsAndTheBeginningIsKept() {
        var cut = Stream.of(Behaviour.SLOW_BODY, Behaviour.UNFINISHED_BODY, Behaviour.CUT_BODY)
                .map(this::misbehaving)
                .toList();

        var responses = cut.stream()
                .map(server -> post("http://127.0.0.2:" + server.port(), Duration.ofSeconds(8)))
                .toList();

        assertThat(responses).extracting(Await::await).allSatisfy(response -> {
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).startsWith("begin").hasSizeLessThanOrEqualTo(1024);
        });
        Await.until("the connections are closed", () -> cut.stream().allMatch(server -> server.openConnections() == 0));
    }

    /** By its size, long before its time. */
    @Test
    void givenAnEndlessBody_whenPostedTo_thenItIsCutOff() {
        var server = misbehaving(Behaviour.ENDLESS_BODY);

        var response = Await.await(post("http://127.0.0.2:" + server.port(), Duration.ofHours(1)));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).startsWith("begin").hasSize(1024);
        Await.until("the connection is closed", () -> server.openConnections() == 0);
    }

    /** A body within 64 KiB is read to its end, so that the connection serves again. */
    @Test
    void givenALargeBody_whenPostedTo_thenAKibIsKeptAndSoIsTheConnection() {
        var receiver = plain("127.0.0.2", 0);
        receiver.answer(request -> request.response().setStatusCode(500).end("ä\0" + "x".repeat(60_000)));

        for (int i = 0; i < 3; i++) {
            var response = Await.await(post("http://127.0.0.2:" + receiver.port()));
            assertThat(response.body()).startsWith("ä\ufffdxx").hasSize(1023);
        }

        assertThat(receiver.connections()).isEqualTo(1);
    }

    @Test
    void givenManyHeaders_whenPostedTo_thenAKibIsKeptAndRetryAfterInAnyCase() {
        var receiver = plain("127.0.0.2", 0);
        receiver.answer(request -> {
            IntStream.range(0, 100).forEach(i -> request.response().putHeader("X-" + i, "x".repeat(50)));
            request.response()
                    .putHeader("Retry-After", "120")
                    .setStatusCode(503)
                    .end();
        });

        var response = Await.await(post("http://127.0.0.2:" + receiver.port()));

        assertThat(response.headers()).containsKey("x-0").hasSizeLessThan(25);
        assertThat(response.retryAfter(Instant.now())).contains(Duration.ofMinutes(2));
    }

    /** The client's only thread waits for none of them. */
    @Test
    void givenSilentNamesAndServers_whenOthersArePostedTo_thenTheyDoNotWait() {
        names.ignore("silent.example").answer(NAME, "127.0.0.2");
        var silent = misbehaving(Behaviour.SILENT);
        var receiver = tls("127.0.0.2");
        var waiting = List.of(
                post("https://silent.example"),
                post("http://127.0.0.2:" + silent.port()),
                post("https://127.0.0.2:" + silent.port()));
        Await.until("both connections are open", () -> silent.openConnections() == 2);

        for (int i = 0; i < 10; i++) {
            assertThat(Await.await(post("https://hook.example:" + receiver.port()))
                            .isSuccess())
                    .isTrue();
        }

        assertThat(names.questions("silent.example")).isPositive();
        assertThat(waiting).noneMatch(Future::isComplete);
    }

    @Test
    void givenASilentName_whenPostedTo_thenTheAttemptEndsInItsTime() {
        names.ignore("silent.example");

        assertThat(reason("https://silent.example", SHORT)).isEqualTo(Reason.TIMED_OUT);
    }

    /** The proxy resolves: no name server of ours is asked. */
    @Test
    void givenAProxy_whenPostedTo_thenItGetsTheNameAndTheCertificateIsStillChecked() {
        var receiver = tls("127.0.0.2");
        var proxy = opened(new TunnelProxy(servers, "127.0.0.2", receiver.port()));
        open("", "denied.example", "http://me:p%40ss@127.0.0.1:" + proxy.port());

        assertThat(Await.await(post("https://hook.example/x")).status()).isEqualTo(200);
        assertThat(reason("https://other.example/x")).isEqualTo(Reason.TLS);
        assertThat(reason("https://denied.example/x")).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason("https://127.0.0.2:" + receiver.port())).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason("http://hook.example/x")).isEqualTo(Reason.FORBIDDEN);

        assertThat(proxy.targets()).containsExactly("hook.example:443", "other.example:443");
        assertThat(proxy.credentials()).containsOnly("me:p@ss");
        assertThat(receiver.received()).singleElement().satisfies(received -> {
            assertThat(received.host()).isEqualTo(NAME);
            assertThat(received.serverName()).isEqualTo(NAME);
            assertThat(received.headers()).doesNotContainKey("proxy-authorization");
        });
        assertThat(names.questions(NAME)).isZero();
    }

    @Test
    void givenAProxyAndAnAllowedHost_whenPostedToByHttp_thenTheProxyGetsTheWholeUrl() {
        var proxy = plain("127.0.0.2", 0);
        open("hook.example", "", "http://127.0.0.2:" + proxy.port());

        Await.await(post("http://hook.example/x?y"));

        assertThat(proxy.received()).singleElement().satisfies(received -> {
            assertThat(received.target()).isEqualTo("http://hook.example/x?y");
            assertThat(received.host()).isEqualTo(NAME);
        });
        assertThat(names.questions(NAME)).isZero();
    }

    private static boolean hasIpv6() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .anyMatch(address -> address instanceof Inet6Address && address.isLoopbackAddress());
    }

    /** The client of the rest of the test. */
    private void open(String allow, String deny, String proxy) {
        open(allow, deny, proxy, certificate.authority());
    }

    private void open(String allow, String deny, String proxy, Path authority) {
        var env =
                Env.of(Map.of("FAAS_OUTGOING_ALLOW", allow, "FAAS_OUTGOING_DENY", deny, "FAAS_OUTGOING_PROXY", proxy));
        var config = OutgoingConfig.from(env);
        env.check();
        var options = new HttpClientOptions().setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()));
        client = new OutgoingClient(vertx, config, lookup, options, 16);
        var own = client;
        opened.add(() -> Await.await(own.close()));
    }

    private Receiver tls(String address) {
        return tls(address, certificate);
    }

    private Receiver tls(String address, TestCertificate own) {
        return opened(new Receiver(servers, address, 0, Optional.of(own)));
    }

    private Receiver plain(String address, int port) {
        return opened(new Receiver(servers, address, port, Optional.empty()));
    }

    private MisbehavingServer misbehaving(Behaviour behaviour) {
        return opened(new MisbehavingServer(servers, behaviour));
    }

    private <T extends AutoCloseable> T opened(T server) {
        opened.add(server);
        return server;
    }

    private Future<OutgoingResponse> post(String url) {
        return post(url, LONG);
    }

    private Future<OutgoingResponse> post(String url, Duration timeout) {
        return client.post(new OutgoingRequest(
                OutgoingUrl.parse(url), Map.of("webhook-id", "evt_1"), Buffer.buffer("{}"), timeout));
    }

    private Reason reason(String url) {
        return reason(url, LONG);
    }

    private Reason reason(String url, Duration timeout) {
        return ((OutgoingFailure) Await.failure(post(url, timeout))).reason();
    }
}
