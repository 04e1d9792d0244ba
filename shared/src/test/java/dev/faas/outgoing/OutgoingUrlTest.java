package dev.faas.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://erp.example/faas, true, erp.example, 443, /faas",
        "HTTPS://Erp.Example, true, erp.example, 443, /",
        "http://erp.example., false, erp.example, 80, /",
        "https://erp.example:8443/a%20b?c=d&e, true, erp.example, 8443, /a%20b?c=d&e",
        "https://erp.example?c, true, erp.example, 443, /?c",
        "https://erp.example/ä, true, erp.example, 443, /%C3%A4",
        "https://xn--bcher-kva.example, true, xn--bcher-kva.example, 443, /",
        "https://1a.2-b.example, true, 1a.2-b.example, 443, /",
        "https://198.41.0.4/x, true, 198.41.0.4, 443, /x",
        "https://[2001:503:ba3e::2:30]:444, true, 2001:503:ba3e:0:0:0:2:30, 444, /",
        "https://[::ffff:198.41.0.4], true, 198.41.0.4, 443, /",
    })
    void givenAUrl_whenRead_thenItsPartsAreInOneForm(String text, boolean tls, String host, int port, String target) {
        var url = OutgoingUrl.parse(text);

        assertThat(url.isTls()).isEqualTo(tls);
        assertThat(url.host()).isEqualTo(host);
        assertThat(url.port()).isEqualTo(port);
        assertThat(url.target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "erp.example",
                "//erp.example/x",
                "https:erp.example",
                "https:///x",
                "ftp://erp.example",
                "file:///etc/passwd",
                "jar:https://erp.example!/x",
                "https://user@erp.example",
                "https://erp.example/#part",
                "https://erp.example:0",
                "https://erp.example:65536",
                "https://erp.example:x",
                "https://erp example",
                "https://erp.example/a b",
                "https://erp.example\\@other.example",
                "https://erp_1.example",
                "https://-erp.example",
                "https://bücher.example",
                "https://erp..example",
                "https://[::1",
                "https://[1.2.3.4]x",
            })
    void givenAnotherText_whenRead_thenItIsRefused(String text) {
        assertThatThrownBy(() -> OutgoingUrl.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
