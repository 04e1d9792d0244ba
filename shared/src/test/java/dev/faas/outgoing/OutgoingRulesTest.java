package dev.faas.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingRulesTest {
    private static final OutgoingUrl HTTPS = OutgoingUrl.parse("https://erp.example/");

    /** First and last address of each block, and its neighbours. */
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.255.255.255, -, 1.0.0.0",
        "10.0.0.0, 10.255.255.255, 9.255.255.255, 11.0.0.0",
        "100.64.0.0, 100.127.255.255, 100.63.255.255, 100.128.0.0",
        "127.0.0.0, 127.255.255.255, 126.255.255.255, 128.0.0.0",
        "168.63.129.16, 168.63.129.16, 168.63.129.15, 168.63.129.17",
        "169.254.0.0, 169.254.255.255, 169.253.255.255, 169.255.0.0",
        "172.16.0.0, 172.31.255.255, 172.15.255.255, 172.32.0.0",
        "192.0.0.0, 192.0.0.255, 191.255.255.255, 192.0.1.0",
        "192.0.2.0, 192.0.2.255, 192.0.1.255, 192.0.3.0",
        "192.88.99.0, 192.88.99.255, 192.88.98.255, 192.88.100.0",
        "192.168.0.0, 192.168.255.255, 192.167.255.255, 192.169.0.0",
        "198.18.0.0, 198.19.255.255, 198.17.255.255, 198.20.0.0",
        "198.51.100.0, 198.51.100.255, 198.51.99.255, 198.51.101.0",
        "203.0.113.0, 203.0.113.255, 203.0.112.255, 203.0.114.0",
        "224.0.0.0, 255.255.255.255, 223.255.255.255, -",
        "::, 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, -, 2000::",
        "2001::, 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, 2000:ffff::, 2001:200::",
        "2001:db8::, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db7:ffff::, 2001:db9::",
        "3fff::, 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff, 3ffe:ffff::, 3fff:1000::",
        "4000::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 3fff:ffff:ffff::, -",
        // The IPv4 address inside decides.
        "64:ff9b::10.0.0.0, 64:ff9b::10.255.255.255, 64:ff9b::9.255.255.255, 64:ff9b::11.0.0.0",
        "64:ff9a:ffff::, 64:ff9b:0:0:0:0:0:0, -, 64:ff9b::1.0.0.0",
        "64:ff9b:0:0:0:1::, 64:ff9b:1:ffff:ffff:ffff:ffff:ffff, -, -",
        "2002:a00::, 2002:aff:ffff:ffff:ffff:ffff:ffff:ffff, 2002:9ff:ffff::, 2002:b00::",
        "2001:0:a00:1::, 2001:0:102:304:0:0:f5ff:fffe, -, -",
    })
    void givenNoSettings_whenAnAddressIsChecked_thenOnlyThePublicInternetIsAllowed(
            String first, String last, String before, String after) {
        var rules = rules("", "");

        assertThat(allows(rules, HTTPS, first)).isFalse();
        assertThat(allows(rules, HTTPS, last)).isFalse();
        assertThat(before.equals("-") || allows(rules, HTTPS, before)).isTrue();
        assertThat(after.equals("-") || allows(rules, HTTPS, after)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "10.2.0.0/16, '', https://erp.example, 10.2.3.4, true",
        "10.2.0.0/16, '', https://erp.example, 10.3.3.4, false",
        "10.2.3.4, '', https://erp.example, 10.2.3.4, true",
        "'10.2.0.0/16, fd00::/8', '', https://erp.example, fd00::1, true",
        "10.2.0.0/16, '', https://erp.example, 64:ff9b::10.2.3.4, true",
        "2001::/32, '', https://erp.example, 2001:0:102:304:0:0:f5fd:fcfb, false",
        "'', 198.41.0.0/16, https://erp.example, 198.41.0.4, false",
        "'', 198.41.0.0/16, https://erp.example, 64:ff9b::198.41.0.4, false",
        "'', 198.41.0.0/16, https://erp.example, 2002:c629:4::, false",
        // What is denied stays so.
        "10.2.0.0/16, 10.2.3.4, https://erp.example, 10.2.3.4, false",
        "10.2.3.4, 10.2.0.0/16, https://erp.example, 10.2.3.4, false",
        "erp.example, 10.0.0.0/8, https://erp.example, 10.2.3.4, false",
        // A host is allowed with all its addresses.
        "erp.example, '', https://erp.example, 10.2.3.4, true",
        "erp.example, '', https://erp.example, ::1, true",
        "ERP.example, '', https://other.example, 10.2.3.4, false",
        "erp.example, '', https://a.erp.example, 10.2.3.4, false",
        "*.example, '', https://a.erp.example, 10.2.3.4, true",
        "*.erp.example, '', https://erp.example, 10.2.3.4, false",
        // Plain HTTP goes to what is listed.
        "'', '', http://erp.example, 198.41.0.4, false",
        "198.41.0.4, '', http://erp.example, 198.41.0.4, true",
        "198.41.0.4, '', http://erp.example, 198.41.0.5, false",
        "erp.example, '', http://erp.example, 198.41.0.4, true",
    })
    void givenSettings_whenAnAddressIsChecked_thenTheyDecide(
            String allow, String deny, String url, String address, boolean allowed) {
        assertThat(allows(rules(allow, deny), OutgoingUrl.parse(url), address)).isEqualTo(allowed);
    }

    /** Before anything is resolved. */
    @ParameterizedTest
    @CsvSource({
        "'', '', https://erp.example, true",
        "'', '', https://198.41.0.4, true",
        "'', '', https://10.0.0.1, false",
        "'', '', http://erp.example, false",
        "'', '', http://198.41.0.4, false",
        "'', '', https://localhost, false",
        "'', '', https://nats, false",
        "nats, '', https://nats, true",
        "nats, '', http://nats, true",
        "10.0.0.0/8, '', https://10.0.0.1, true",
        "10.0.0.0/8, '', http://10.0.0.1, true",
        "10.0.0.0/8, '', http://erp.example, true",
        "10.0.0.0/8, '', https://nats, false",
        "'', erp.example, https://erp.example, false",
        "'', erp.example, https://erp.example., false",
        "'', *.example, https://a.b.example, false",
        "erp.example, *.example, https://erp.example, false",
    })
    void givenAUrl_whenItIsChecked_thenWhatIsRefusedAnywayIsRefusedAtOnce(
            String allow, String deny, String url, boolean allowed) {
        assertThat(rules(allow, deny).mayAllow(OutgoingUrl.parse(url))).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0/33",
                "192.168/16",
                "10",
                "0x7f.0.0.1",
                "a b",
                "*",
                "*.*.example",
                "http://erp.example",
                "erp_1"
            })
    void givenAWrongSetting_whenRead_thenTheProblemNamesIt(String wrong) {
        var env = Env.of(Map.of("FAAS_OUTGOING_DENY", "erp.example," + wrong));
        OutgoingRules.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_OUTGOING_DENY must be hosts")
                .hasMessageContaining("not '" + wrong + "'");
    }

    @Test
    void givenAWrongProxy_whenRead_thenTheProblemDoesNotRepeatItsPassword() {
        var env = Env.of(Map.of("FAAS_OUTGOING_PROXY", "https://me:hunter2@proxy:3128"));
        OutgoingConfig.from(env);

        assertThatThrownBy(env::check)
                .hasMessageContaining("FAAS_OUTGOING_PROXY must be")
                .satisfies(problem -> assertThat(problem.getMessage()).doesNotContain("hunter2"));
    }

    private static OutgoingRules rules(String allow, String deny) {
        var env = Env.of(Map.of("FAAS_OUTGOING_ALLOW", allow, "FAAS_OUTGOING_DENY", deny));
        var rules = OutgoingRules.from(env);
        env.check();
        return rules;
    }

    private static boolean allows(OutgoingRules rules, OutgoingUrl url, String address) {
        return rules.allows(url, InetAddress.ofLiteral(address));
    }
}
