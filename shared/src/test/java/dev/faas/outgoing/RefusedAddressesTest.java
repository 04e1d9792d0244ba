package dev.faas.outgoing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusedAddressesTest {
    @Test
    void givenAddressesThatRefused_whenOrdered_thenTheyComeLast() {
        var a = SocketAddress.inetSocketAddress(443, "198.41.0.4");
        var b = SocketAddress.inetSocketAddress(443, "198.41.0.5");
        var c = SocketAddress.inetSocketAddress(443, "198.41.0.6");
        var refused = new RefusedAddresses();

        refused.add(a);

        assertThat(refused.last(List.of(a, b, c))).containsExactly(b, c, a);
        assertThat(refused.last(List.of(a))).containsExactly(a);
    }
}
