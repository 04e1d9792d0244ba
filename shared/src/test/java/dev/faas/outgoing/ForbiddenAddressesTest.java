package dev.faas.outgoing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.outgoing.OutgoingFailure.Reason;
import dev.faas.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** No form of a forbidden address leads to a connection. A listener on all addresses of this machine counts them. */
class ForbiddenAddressesTest {
    /** In place of the host; the port is the listener's. */
    private static final List<String> HOSTS =
            Stream.of("""
            127.0.0.1 127.0.0.2 127.255.255.254 127.1 127.0.1 127.0.0.1. 127.1. 127.0.0.01 127.000.000.001
            2130706433 2130706433. 0x7f000001 0x7F000001 0x7f.0.0.1 0x7f.1 0x7f.0x0.0x0.0x1 0x007f.0x0.0.1
            0177.0.0.1 0177.1 017700000001 00000177.0.0.1 0177.0x0.0.1 1.0x7f 127.0.0.0x1 4294967296 6425673729
            0 0.0.0.0 0.0.0.1 00000000 0x0 255.255.255.255 4294967295 256.256.256.256 127.0.0.1.0
            10.0.0.1 10.255.255.255 012.0.0.1 0xa.0.0.1 167772161 172.16.0.1 172.17.0.1 172.31.255.255 192.168.0.1
            0300.0250.0.1 3232235521 169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.43518
            100.64.0.1 100.100.100.200 192.0.0.192 168.63.129.16 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1
            203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
            [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1]
            [::ffff:0.0.0.0] [::ffff:10.0.0.1] [::ffff:169.254.169.254] [::ffff:0:127.0.0.1] [::127.0.0.1] [::7f00:1]
            [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::127.0.0.1]
            [2002:7f00:1::] [2002:7f00:0001::1] [2002:a9fe:a9fe::1] [2002:c0a8:1::1]
            [2001:0:7f00:1:0:0:0:0] [2001:0:4136:e378:8000:63bf:80ff:fffe] [2001::1]
            [fe80::1] [fe80::1%25lo] [fe80::1%lo] [::1%25lo] [::1%1] [fec0::1] [fc00::1] [fd00:ec2::254] [fd20:ce::254]
            [ff02::1] [ff05::1:3] [100::1] [5f00::1] [2001:db8::1] [3fff::1] [2001:10::1]
            localhost LOCALHOST localhost. LocalHost localhost.localdomain a.localhost ip6-localhost nats postgres
            127.0.0.1%00 127.0.0.1%2f %31%32%37.0.0.1 127。0。0。1 １２７.０.０.１ ①②⑦.⓪.⓪.① [::①]
            user@127.0.0.1 user:password@127.0.0.1 hook.example@127.0.0.1 127.0.0.1\\@hook.example
            hook.example#@127.0.0.1 127.0.0.1#@hook.example hook.example\\@127.0.0.1 [127.0.0.1] ::1
            """.split("\\s+")).filter(host -> !host.isEmpty()).toList();

    /** What a user's name server answers. */
    private static final Map<String, List<String>> NAMES = Map.ofEntries(
            Map.entry("loopback.example", List.of("127.0.0.1")),
            Map.entry("loopback6.example", List.of("::1")),
            Map.entry("unspecified.example", List.of("0.0.0.0")),
            Map.entry("unspecified6.example", List.of("::")),
            Map.entry("private.example", List.of("10.0.0.1", "172.17.0.1", "192.168.0.1")),
            Map.entry("metadata.example", List.of("169.254.169.254")),
            Map.entry("mapped.example", List.of("::ffff:127.0.0.1")),
            Map.entry("compatible.example", List.of("::127.0.0.1")),
            Map.entry("nat64.example", List.of("64:ff9b::7f00:1")),
            Map.entry("6to4.example", List.of("2002:7f00:1::1")),
            Map.entry("teredo.example", List.of("2001:0:4136:e378:8000:63bf:80ff:fffe")),
            Map.entry("unique-local.example", List.of("fd00:ec2::254")),
            Map.entry("link-local.example", List.of("fe80::1")),
            Map.entry("localhost.localdomain", List.of("127.0.0.1")),
            Map.entry("a.localhost", List.of("127.0.0.1")),
            Map.entry("xn--127001-0j3d.example", List.of("127.0.0.1")),
            Map.entry("127.0.0.1.nip.example", List.of("127.0.0.1")),
            Map.entry("7f000001.rebind.example", List.of("127.0.0.1", "::1")));

    private static final Vertx VERTX = Vertx.vertx();
    private static Connections listener;

    @BeforeAll
    static void listen() throws IOException {
        listener = new Connections();
    }

    @AfterAll
    static void stop() {
        listener.close();
        Await.await(VERTX.close());
    }

    @Test
    void givenNoSettings_whenAnyFormOfAForbiddenAddressIsPostedTo_thenNothingConnects() {
        var unexpected = new ArrayList<String>();
        for (var url : urls()) {
            var outcome = post(url, OutgoingRules.PUBLIC_INTERNET);
            if (!outcome.equals("invalid") && !outcome.equals(Reason.FORBIDDEN.name())) {
                unexpected.add(url + " " + outcome);
            }
        }

        assertThat(unexpected).isEmpty();
        assertThat(HOSTS.size() + NAMES.size()).isGreaterThanOrEqualTo(60);
        assertThat(listener.count()).isZero();
    }

    /** The forms above do lead to the listener where the rules let them. */
    @Test
    void givenAllIsAllowed_whenTheSameFormsArePostedTo_thenManyConnect() throws IOException {
        var all = OutgoingRules.from(Env.of(Map.of("FAAS_OUTGOING_ALLOW", "0.0.0.0/0,::/0,localhost")));
        try (var other = new Connections()) {
            var outcomes = Stream.of(
                            "127.0.0.1", "127.0.0.2", "0.0.0.0", "[::ffff:7f00:1]", "localhost", "loopback.example")
                    .map(host -> post("http://" + host + ":" + other.port() + "/", all))
                    .toList();

            assertThat(outcomes).containsOnly(Reason.NO_RESPONSE.name());
            Await.until("each connection is counted", () -> other.count() == outcomes.size());
        }
    }

    private static List<String> urls() {
        var hosts = Stream.concat(HOSTS.stream(), NAMES.keySet().stream()).toList();
        return Stream.of("https", "http")
                .flatMap(scheme -> hosts.stream().map(host -> scheme + "://" + host + ":" + listener.port() + "/"))
                .toList();
    }

    private static String post(String url, OutgoingRules rules) {
        OutgoingRequest request;
        try {
            request =
                    new OutgoingRequest(OutgoingUrl.parse(url), Map.of(), Buffer.buffer("{}"), Duration.ofSeconds(20));
        } catch (IllegalArgumentException refused) {
            return "invalid";
        }
        var client = new OutgoingClient(
                VERTX,
                new OutgoingConfig(rules, Optional.empty()),
                ForbiddenAddressesTest::lookup,
                new HttpClientOptions(),
                4);
        try {
            return ((OutgoingFailure) Await.failure(client.post(request)))
                    .reason()
                    .name();
        } finally {
            Await.await(client.close());
        }
    }

    private static Future<List<InetAddress>> lookup(String name) {
        var known = name.equals("localhost") ? List.of("127.0.0.1") : NAMES.get(name);
        return known == null
                ? Future.failedFuture("no such name: " + name)
                : Future.succeededFuture(
                        known.stream().map(InetAddress::ofLiteral).toList());
    }
}
