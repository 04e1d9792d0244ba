package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImagePatternTest {
    @ParameterizedTest
    @CsvSource({
        "@docker/**,                   busybox,                          true",
        "@docker/**,                   index.docker.io/ada/a/b@sha256:D, true",
        "@docker/**,                   docker.io/evil.example/x,         true",
        "@docker/**,                   evil.example/x,                   false",
        "@docker/**,                   docker.io:443/x,                  false",
        "@docker/**,                   docker.io.evil.example/x,         false",
        "@docker/**,                   localhost/x,                      false",
        "docker.io/**,                 busybox,                          true",
        "@docker/*,                    busybox,                          true",
        "@docker/*,                    ada/resize,                       false",
        "@docker/busybox,              library/busybox:1,                true",
        "busybox,                      docker.io/library/busybox,        true",
        "busybox,                      busybox2,                         false",
        "busybox,                      registry.example/busybox,         false",
        "ada/*,                        ada/resize,                       true",
        "ada/*,                        ada/resize/x,                     false",
        "ada/*,                        ada.example/resize,               false",
        "registry.example/**,          registry.example/a,               true",
        "registry.example/**,          registry.example:22/a,            false",
        "registry.example/**,          registry.example.evil.test/a,     false",
        "registry.example/**,          evil.test/registry.example/a,     false",
        "registry.example/**,          docker.io/registry.example/a,     false",
        "registry.example:5000/team/*, registry.example:5000/team/a:1,   true",
        "registry.example:5000/team/*, registry.example:5000/teams/a,    false",
        "registry.example/**/a,        registry.example/a,               true",
        "registry.example/**/a,        registry.example/x/y/a,           true",
        "registry.example/**/a,        registry.example/x/y/b,           false",
        "registry.example/*/a,         registry.example/a,               false",
        "127.0.0.1:5000/**,            127.0.0.1:5000/a,                 true",
        "127.0.0.1:5000/**,            127.0.0.1:5001/a,                 false",
        "[::1]:5000/*,                 [::1]:5000/a,                     true",
        "localhost/**,                 localhost/a,                      true",
        "*/a,                          registry.example/a,               true",
        "*/a,                          registry.example/x/a,             false",
        "*/**,                         registry.example/x/a,             true",
        "**,                           127.0.0.1/x/a,                    true",
        "**/a,                         registry.example/x/a,             true"
    })
    void givenAPatternAndAnImage_whenMatched_thenByHostAndParts(String pattern, String image, boolean matches) {
        var reference = ImageReference.parse(image.replace("sha256:D", "sha256:" + "0".repeat(64)));

        assertThat(ImagePattern.parse(pattern).orElseThrow().matches(reference.orElseThrow()))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "@docker",
                "@docker/",
                "@other/**",
                "a b",
                "team/Upper",
                "team*",
                "team-*/a",
                "***",
                "a:1",
                "a/*:1",
                "registry.example/a:1",
                "a@sha256:0",
                "/a",
                "a//b",
                "https://registry.example/**",
                "registry.example:port/*",
                "*.example/a"
            })
    void givenAnythingElse_whenParsed_thenItIsNoPattern(String text) {
        assertThat(ImagePattern.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "registry.example,      false",
        "registry.example:5000, false",
        "1.2.example,           false",
        "docker.io,             false",
        "registry:5000,         true",
        "HOST,                  true",
        "localhost,             true",
        "LocalHost:80,          true",
        "a.localhost,           true",
        "127.0.0.1,             true",
        "127.1:5000,            true",
        "169.254.169.254,       true",
        "2130706433:80,         true",
        "0x7f.0.0.1,            true",
        "127.0.0.0x1,           true",
        "0177.0.0.1:1,          true",
        "127.0.0.0X,            true",
        "[::1],                 true",
        "[fe80::1]:5000,        true"
    })
    void givenAHost_whenJudged_thenAddressesInAnyNotationAndNamesWithoutADotAreInner(String host, boolean inner) {
        assertThat(ImagePattern.isInnerHost(host)).isEqualTo(inner);
    }

    @Test
    void givenControlCharacters_whenMadePrintable_thenEachIsWrittenByItsNumberAndTheRestStays() {
        assertThat(Printable.of("grün \u001b[31m\r\n\t\0\u007f\u0085\u009b\u2028 $1 \\ 日"))
                .isEqualTo("grün \\u001b[31m\\u000d\\u000a\\u0009\\u0000\\u007f\\u0085\\u009b\\u2028 $1 \\ 日");
    }
}
