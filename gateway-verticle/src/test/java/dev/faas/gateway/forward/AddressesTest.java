package dev.faas.gateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.gateway.RunningGateway;
import dev.faas.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressesTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Await.await(vertx.close());
    }

    private static InetAddress[] all(String... addresses) throws UnknownHostException {
        var all = new InetAddress[addresses.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = InetAddress.ofLiteral(addresses[i]);
        }
        return all;
    }

    private static SocketAddress at(String address) {
        return SocketAddress.inetSocketAddress(80, address);
    }

    @Test
    void givenSeveralAddresses_whenUsedRepeatedly_thenEachIsFirstInTurn() {
        try (var addresses = Await.await(Addresses.open(vertx, "x", 80, host -> all("10.0.0.2", "10.0.0.1")))) {
            var first = addresses.rotation();
            assertThat(first).containsExactlyInAnyOrder(at("10.0.0.1"), at("10.0.0.2"));
            assertThat(addresses.rotation()).isEqualTo(first.reversed());
            assertThat(addresses.rotation()).isEqualTo(first);
        }
    }

    @Test
    void givenAnAddressThatRefused_whenUsed_thenItIsLast() {
        try (var addresses =
                Await.await(Addresses.open(vertx, "x", 80, host -> all("10.0.0.1", "10.0.0.2", "10.0.0.3")))) {
            addresses.markRefused(at("10.0.0.2"));

            for (int i = 0; i < 6; i++) {
                assertThat(addresses.rotation()).hasSize(3).last().isEqualTo(at("10.0.0.2"));
            }
        }
    }

    @Test
    void givenAMovedName_whenLookedUpAgain_thenItsNewAddressesAreUsed() {
        var looks = new AtomicInteger();
        try (var addresses = Await.await(Addresses.open(
                vertx, "x", 80, host -> looks.getAndIncrement() == 0 ? all("10.0.0.1") : all("10.0.0.2")))) {
            assertThat(addresses.rotation()).containsExactly(at("10.0.0.1"));

            Await.until("moved", () -> addresses.rotation().equals(List.of(at("10.0.0.2"))));
        }
    }

    @Test
    void givenAFailedLookup_whenUsed_thenTheLastAddressesStay() {
        var looks = new AtomicInteger();
        try (var addresses = Await.await(Addresses.open(vertx, "x", 80, host -> {
            if (looks.getAndIncrement() > 0) {
                throw new UnknownHostException(host);
            }
            return all("10.0.0.1");
        }))) {
            Await.until("looked up again", () -> looks.get() > 1);

            assertThat(addresses.rotation()).containsExactly(at("10.0.0.1"));
        }
    }

    @Test
    void givenALookupThatHangs_whenStarted_thenTheStartDoesNotWaitAndThereIsOneLookup() {
        var looks = new AtomicInteger();
        var answer = new CountDownLatch(1);
        try (var addresses = Await.await(Addresses.open(vertx, "x", 80, host -> {
            looks.incrementAndGet();
            await(answer);
            return all("10.0.0.1");
        }))) {
            assertThat(addresses.rotation()).isEmpty();
            assertThat(looks).hasValue(1);

            answer.countDown();
            Await.until("answered", () -> !addresses.rotation().isEmpty());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenThreeAddressesOfWhichTwoAreDead_whenRequestsAreForwarded_thenAllAreAnswered(@TempDir Path directory)
            throws Exception {
        var asked = new HashSet<String>();
        Addresses.Lookup three = host -> {
            asked.add(host);
            return all("127.0.0.2", "127.0.0.3", "127.0.0.1");
        };
        try (var faas = new RunningGateway(directory, three, "services.example")) {
            faas.auth.answers(request -> request.response().end(request.getHeader("Host")));

            for (int i = 0; i < 20; i++) {
                var answer = faas.send(faas.request("/v1/auth/anything"));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("services.example:" + faas.auth.port());
            }
            assertThat(asked).isEqualTo(Set.of("services.example"));
        }
    }

    @Test
    void givenAServiceThatMoved_whenARequestIsForwarded_thenItsNewAddressIsLookedUp(@TempDir Path directory)
            throws Exception {
        var moved = new AtomicBoolean();
        try (var faas = new RunningGateway(
                directory, host -> all(moved.get() ? "127.0.0.1" : "127.0.0.2"), "services.example")) {
            faas.auth.answers(request -> request.response().end());
            assertThat(faas.send(faas.request("/v1/auth/anything")).status()).isEqualTo(503);

            moved.set(true);

            assertThat(faas.send(faas.request("/v1/auth/anything")).status()).isEqualTo(200);
        }
    }
}
