package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that arguments and results are passed on unchanged. */
@ExtendWith(WholeSystem.class)
class ArgumentsAndResultsIT {
    static Stream<String> arguments() {
        return Stream.of(
                "",
                "two\nlines\n",
                "'single' \"double\" `back` \\ $HOME $(id) ;|&<>",
                "  spaces at both ends  ",
                "\ttab\r\n",
                "emoji 🦀 and ☃ and ﷽",
                "--help",
                "a".repeat(131_071),
                "é".repeat(65_535));
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void anArgumentReachesTheFunctionToTheByteAsJsonAndAsText(String argument, WholeSystem.Running system)
            throws Exception {
        var ada = system.user();
        ada.function("echo", system.images().script("printf %s \"$1\""));
        var expected = argument.getBytes(StandardCharsets.UTF_8);

        var asJson = ada.submit("echo", argument);
        var asText = ada.post("/v1/functions/echo/activations", argument)
                .json()
                .path("activationId")
                .asText();

        assertThat(ada.ended(asJson).path("status").asText()).isEqualTo("succeeded");
        assertThat(ada.result(asJson)).isEqualTo(expected);
        ada.ended(asText);
        assertThat(ada.result(asText)).isEqualTo(expected);
    }

    @Test
    void oneByteMoreThanACommandLineHoldsIsRefused(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("echo", system.images().script("printf %s \"$1\""));

        var refused = ada.post("/v1/functions/echo/activations", Map.of("argument", "a".repeat(131_072)));

        refused.expect(413);
        assertThat(refused.json().path("code").asText()).isEqualTo("argument_too_large");
        assertThat(refused.json().path("detail").asText()).contains("131071");
    }

    @Test
    void aBinaryResultComesBackToTheByte(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        var everyByte = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            everyByte.append(String.format("\\%03o", i));
        }
        ada.function("binary", system.images().script("printf '" + everyByte + "'"));

        var id = ada.submit("binary", "");
        var record = ada.ended(id);

        var expected = new byte[256];
        for (int i = 0; i < 256; i++) {
            expected[i] = (byte) i;
        }
        assertThat(ada.result(id)).isEqualTo(expected);
        assertThat(record.path("result").isNull()).isTrue();
        assertThat(record.path("resultBytes").asInt()).isEqualTo(256);
    }

    @Test
    void aMebibyteOfResultComesBackToTheByteAndOneByteMoreIsCutAndFlagged(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("count", system.images().script("yes 0123456789abcde | head -c \"$1\""));
        var whole = ada.submit("count", Integer.toString(1 << 20));
        var more = ada.submit("count", Integer.toString((1 << 20) + 1));

        var record = ada.ended(whole);
        var cut = ada.ended(more);

        var expected = "0123456789abcde\n".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        assertThat(ada.result(whole)).isEqualTo(expected);
        assertThat(record.path("resultTruncated").asBoolean()).isFalse();
        assertThat(ada.result(more)).isEqualTo(expected);
        assertThat(cut.path("resultTruncated").asBoolean()).isTrue();
        assertThat(cut.path("status").asText()).isEqualTo("succeeded");
    }

    @Test
    void stderrIsTheLogAndNeverTheResult(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("both", system.images().script("echo result; echo trouble >&2; echo more"));

        var id = ada.submit("both", "");
        var record = ada.ended(id);

        assertThat(record.path("result").asText()).isEqualTo("result\nmore\n");
        assertThat(ada.logs(id)).isEqualTo("trouble\n");
        assertThat(record.path("logBytes").asInt()).isEqualTo(8);
    }

    @Test
    void theEnvironmentOfTheFunctionAndOfTheAttemptReachesIt(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function(
                "env",
                system.images().script("echo $LEVEL $FAAS_ACTIVATION_ID $FAAS_ATTEMPT $FAAS_FUNCTION"),
                Map.of("env", Map.of("LEVEL", "a b")));

        var id = ada.submit("env", "");

        assertThat(ada.ended(id).path("result").asText()).isEqualTo("a b " + id + " 1 env\n");
    }
}
