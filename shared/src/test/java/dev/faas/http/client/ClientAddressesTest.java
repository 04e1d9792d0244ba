package dev.faas.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressesTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "198.51.100.7, -, 198.51.100.7",
                // Not a proxy: its header is its own invention.
                "198.51.100.7, 203.0.113.9, 198.51.100.7",
                "10.0.0.1, -, 10.0.0.1",
                "10.0.0.1, 203.0.113.9, 203.0.113.9",
                // What stands before the last untrusted address came from the client.
                "10.0.0.1, '192.0.2.66, 203.0.113.9', 203.0.113.9",
                "10.0.0.1, '203.0.113.9, 10.0.0.2', 203.0.113.9",
                "10.0.0.1, '192.0.2.66,203.0.113.9,10.0.0.2', 203.0.113.9",
                "10.0.0.1, 'unknown', 10.0.0.1",
                "10.0.0.1, 'example.org, 10.0.0.2', 10.0.0.2",
                "10.0.0.1, 2001:db8::9, 2001:db8:0:0:0:0:0:9",
                "127.0.0.1, 203.0.113.9, 127.0.0.1",
            })
    void atTheGateway_onlyProxiesAreBelieved(String peer, String forwardedFor, String client) {
        var found = addresses("10.0.0.0/8").atGateway(address(peer), headers(forwardedFor));

        assertThat(found).hasToString(client);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "127.0.0.1, 203.0.113.9, 203.0.113.9",
                "0:0:0:0:0:0:0:1, 203.0.113.9, 203.0.113.9",
                "172.20.0.4, 203.0.113.9, 203.0.113.9",
                "172.20.0.4, -, 172.20.0.4",
                "172.20.0.4, nonsense, 172.20.0.4",
                "192.168.1.5, 203.0.113.9, 192.168.1.5",
                "198.51.100.7, 203.0.113.9, 198.51.100.7",
            })
    void behindTheGateway_onlyThisMachineAndListedPeersAreBelieved(String peer, String header, String client) {
        var found = addresses("172.16.0.0/12").behindGateway(address(peer), headers(header));

        assertThat(found).hasToString(client);
    }

    /** Those of earlier versions ask for all clients, without a header. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "0:0:0:0:0:0:0:1, true", "172.20.0.4, true", "192.168.1.5, false"})
    void behindTheGateway_aPeerThatIsBelievedAndNamesNoClientIsAGateway(String peer, boolean isGateway) {
        var found = addresses("172.16.0.0/12").behindGateway(address(peer), List.of());

        assertThat(found.ofGateway()).isEqualTo(isGateway);
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.9, 203.0.113.9",
        "::ffff:203.0.113.9, 203.0.113.9",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
    })
    void aPrefixIsWhatOneClientHas(String address, String prefix) {
        assertThat(address(address).prefix()).isEqualTo(prefix);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/32, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "10.1.2.0/23, 10.1.3.255, true",
        "10.1.2.0/23, 10.1.4.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
    })
    void aBlockContainsWhatHasItsFirstBits(String block, String address, boolean contained) {
        var env = Env.of(Map.of("BLOCKS", block));
        var ranges = AddressRanges.from(env, "BLOCKS", "");
        env.check();

        assertThat(ranges.contains(address(address).ip())).isEqualTo(contained);
    }

    private static ClientAddresses addresses(String trusted) {
        return new ClientAddresses(AddressRanges.from(Env.of(Map.of("TRUSTED", trusted)), "TRUSTED", ""));
    }

    private static ClientAddress address(String literal) {
        return ClientAddress.parse(literal).orElseThrow();
    }

    private static List<String> headers(String header) {
        return header == null ? List.of() : List.of(header);
    }
}
