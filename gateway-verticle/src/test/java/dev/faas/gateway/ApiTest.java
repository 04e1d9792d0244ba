package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.gateway.batch.BatchRoutes;
import dev.faas.gateway.batch.BatchStreams;
import dev.faas.gateway.console.ConsoleFiles;
import dev.faas.gateway.explain.CurrentLoad;
import dev.faas.gateway.feed.FeedRoutes;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.gateway.hook.HookRoutes;
import dev.faas.gateway.read.LiveStreams;
import dev.faas.gateway.read.OutputRoutes;
import dev.faas.gateway.read.ReadContext;
import dev.faas.gateway.subject.SubjectRoutes;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.client.ClientAddresses;
import dev.faas.http.token.TokenVerifier;
import dev.faas.nats.NatsConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checks that the routes and openapi.yaml have the same calls. */
class ApiTest {
    /** Routes of HttpService, on every port. */
    private static final Set<String> HEALTH = Set.of("GET /healthz", "GET /readyz", "GET /version");

    private static final String FORWARDED = "/v1/auth/";

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void givenThePortOfAllCalls_whenItsRoutesAreListed_thenTheyAreThoseOfTheDocument() {
        var documented = new TreeSet<>(document(servers -> true));

        assertThat(documented.removeAll(HEALTH)).isTrue();
        // Forwarded by prefix: whole-system tests check these calls.
        assertThat(documented.removeIf(call -> call.contains(FORWARDED))).isTrue();
        assertThat(routes("api")).isEqualTo(documented);
    }

    @Test
    void givenTheOtherPorts_whenTheirRoutesAreListed_thenTheyAreThoseOfTheDocument() {
        var functions = new TreeSet<>(document(servers -> servers.contains(":5000")));
        var accounts = new TreeSet<>(document(servers -> servers.contains(":4000")));

        assertThat(routes("registry")).isEqualTo(functions).hasSizeGreaterThan(5);
        assertThat(accounts.removeIf(call -> call.contains(FORWARDED))).isTrue();
        assertThat(routes("auth")).isEqualTo(accounts).isNotEmpty();
    }

    /** {@code METHOD /path/{parameter}} of each route, without those that are forwarded by prefix. */
    private Set<String> routes(String listener) {
        var forwarding = Forwarding.to(null, new ClientAddresses(AddressRanges.NONE));
        var reads = new ReadContext(null, null, null, null, forwarding);
        var api = new Api(
                RoutingContext::next,
                RoutingContext::next,
                new TokenVerifier(vertx),
                RoutingContext::next,
                forwarding,
                forwarding,
                new ActivationRoutes(new ActivationRoutes.SubmitContext(null, null, null, null, null), reads, null),
                new OutputRoutes(reads, null),
                new LiveStreams(reads, null),
                new HookRoutes(null, null, null, null, null, new SimpleMeterRegistry(), null),
                new SubjectRoutes(null),
                new BatchRoutes(null, null, null, 1, null, null),
                new BatchStreams(null, null, null),
                new CurrentLoad(null, null, null, null),
                new FeedRoutes(null, null, null, null));
        var nowhere = URI.create("http://127.0.0.1:1");
        var router = Router.router(vertx);
        var config = RunningGateway.config(nowhere, nowhere, NatsConfig.local("nats://127.0.0.1:1"));
        api.listeners(config.ports(), ClientProgram.open(null), ConsoleFiles.load()).stream()
                .filter(each -> each.name().equals(listener))
                .forEach(each -> each.routes().accept(router));
        var calls = new TreeSet<String>();
        router.getRoutes().stream()
                .filter(route -> route.getPath() != null && route.isExactPath())
                .forEach(route -> route.methods()
                        .forEach(method ->
                                calls.add(method + " " + route.getPath().replaceAll(":(\\w+)", "{$1}"))));
        return calls;
    }

    /** The calls of paths whose list of servers matches. */
    private static List<String> document(Predicate<String> servers) {
        var path = Pattern.compile("  (/\\S*):");
        var method = Pattern.compile("    (get|post|put|patch|delete):");
        var calls = new ArrayList<String>();
        var current = "";
        var ports = new StringBuilder();
        for (var line : lines().toList()) {
            var begins = path.matcher(line);
            var offers = method.matcher(line);
            if (begins.matches()) {
                current = begins.group(1);
                ports.setLength(0);
            } else if (line.contains(" url: http")) {
                ports.append(line);
            } else if (offers.matches() && servers.test(ports.toString())) {
                calls.add(offers.group(1).toUpperCase(Locale.ROOT) + " " + current);
            }
        }
        return calls;
    }

    private static Stream<String> lines() {
        try (var in = ApiTest.class.getResourceAsStream("/openapi.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
