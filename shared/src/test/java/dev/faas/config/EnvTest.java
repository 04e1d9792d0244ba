package dev.faas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvTest {
    @TempDir
    Path folder;

    @Test
    void whenNothingIsSetThenTheDefaultsHold() {
        var env = Env.of(Map.of());

        assertThat(env.text("A", "x", "a text")).isEqualTo("x");
        assertThat(env.integer("B", 7, 0, 10, "a number")).isEqualTo(7);
        assertThat(env.flag("C", true, "a flag")).isTrue();
        assertThat(env.duration("D", Duration.ofMinutes(15), "a time")).isEqualTo(Duration.ofMinutes(15));
        assertThat(env.uri("E", URI.create("http://h:1"), "an address")).isEqualTo(URI.create("http://h:1"));
        assertThat(env.optional("F", "perhaps")).isEmpty();
        assertThat(env.secret("G", "a secret")).isEmpty();
        assertThatCode(env::check).doesNotThrowAnyException();
    }

    @Test
    void whenValuesAreSetThenTheyAreRead() {
        var env = Env.of(Map.of(
                "A", "y", "B", "10", "C", "No", "D", "250ms", "E", "nats://n:4222", "F", "f", "G", "s3cret", "H", "h"));

        assertThat(env.text("A", "x", "")).isEqualTo("y");
        assertThat(env.integer("B", 7, 0, 10, "")).isEqualTo(10);
        assertThat(env.flag("C", true, "")).isFalse();
        assertThat(env.duration("D", Duration.ZERO, "")).isEqualTo(Duration.ofMillis(250));
        assertThat(env.uri("E", URI.create("http://h:1"), "")).isEqualTo(URI.create("nats://n:4222"));
        assertThat(env.optional("F", "")).contains("f");
        assertThat(env.secret("G", "")).contains(new Secret("s3cret"));
        assertThat(env.required("H", "")).isEqualTo("h");
        assertThatCode(env::check).doesNotThrowAnyException();
    }

    @Test
    void whenSeveralValuesAreWrongThenOneMessageNamesThemAll() {
        var env = Env.of(
                Map.of("B", "eleven", "C", "maybe", "D", "10", "E", "no address", "G", "x", "G_FILE", "/y", "I", "11"));
        env.integer("B", 7, 0, 10, "");
        env.flag("C", true, "");
        env.duration("D", Duration.ofSeconds(1), "");
        env.uri("E", URI.create("http://h:1"), "");
        env.secret("G", "");
        env.required("H", "the thing");
        env.integer("I", 7, 0, 10, "");
        env.addProblem("J", "does not go with K");

        assertThatThrownBy(env::check)
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.problems()).hasSize(8))
                .hasMessageContaining("B must be a whole number from 0 to 10, not 'eleven'")
                .hasMessageContaining("C must be true or false")
                .hasMessageContaining("D must be a duration such as 250ms")
                .hasMessageContaining("E must be an address such as http://h:1")
                .hasMessageContaining("G is set, and so is G_FILE")
                .hasMessageContaining("H is required: the thing")
                .hasMessageContaining("I must be a whole number from 0 to 10, not '11'")
                .hasMessageContaining("J does not go with K");
    }

    @Test
    void whenAVariableIsEmptyThenItCountsAsAbsent() {
        assertThat(Env.of(Map.of("A", "")).text("A", "x", "")).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource({"0s,0", "250ms,250", "10s,10000", "15m,900000", "24h,86400000", "30d,2592000000"})
    void whenADurationHasAUnitThenItIsRead(String text, long millis) {
        assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "10 s", "10S", "PT10S", "99999999999999d"})
    void whenADurationIsOfAnotherFormThenItIsRefused(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "250ms", "90s", "15m", "36h", "30d"})
    void whenADurationIsShownThenItIsInTheFormThatIsRead(String text) {
        assertThat(Durations.parse(text).map(Durations::format)).contains(text);
    }

    @Test
    void whenASecretIsInAFileThenItsTrailingLineBreakIsStripped() throws Exception {
        var file = Files.writeString(folder.resolve("secret"), " s3cret \r\n");
        var env = Env.of(Map.of("A_FILE", file.toString()));

        assertThat(env.secret("A", "").map(Secret::value)).contains(" s3cret ");
        assertThatCode(env::check).doesNotThrowAnyException();
    }

    @Test
    void whenASecretsFileIsMissingOrEmptyThenThatIsAProblem() throws Exception {
        var empty = Files.writeString(folder.resolve("empty"), "\n");
        var env = Env.of(Map.of("A_FILE", folder.resolve("none").toString(), "B_FILE", empty.toString()));
        env.secret("A", "");
        env.secret("B", "");

        assertThatThrownBy(env::check)
                .hasMessageContaining("A_FILE cannot be read")
                .hasMessageContaining("B_FILE names an empty file");
    }

    @Test
    void whenASecretIsShownThenItIsHidden() {
        assertThat(new Secret("s3cret")).hasToString("***");
        assertThat(java.util.List.of(new Secret("s3cret"))).hasToString("[***]");
    }

    @Test
    void whenSettingsAreListedThenEachIsThereOnceInTheOrderOfReading() {
        var env = Env.of(Map.of());
        env.duration("Z", Duration.ofSeconds(90), "when");
        env.secret("A", "a secret");
        env.integer("B", 7, 0, 10, "a number");
        env.duration("Z", Duration.ofSeconds(90), "when");

        assertThat(env.settings())
                .containsExactly(
                        new Setting("Z", "90s", "when"),
                        new Setting("A", "", "a secret (or A_FILE)"),
                        new Setting("B", "7", "a number"));
    }

    @Test
    void aChoiceIsAnOfferedName_elseAllAreListed() {
        var offered = List.of(RetentionPolicy.SOURCE, RetentionPolicy.CLASS, RetentionPolicy.RUNTIME);
        var env = Env.of(Map.of("GOOD", "class", "BAD", "Class"));

        assertThat(env.choice("GOOD", offered, RetentionPolicy.SOURCE, "")).isEqualTo(RetentionPolicy.CLASS);
        assertThat(env.choice("ABSENT", offered, RetentionPolicy.SOURCE, "")).isEqualTo(RetentionPolicy.SOURCE);
        env.check();
        env.choice("BAD", offered, RetentionPolicy.SOURCE, "");
        assertThatThrownBy(env::check).hasMessageContaining("BAD must be source, class or runtime, not 'Class'");
    }
}
