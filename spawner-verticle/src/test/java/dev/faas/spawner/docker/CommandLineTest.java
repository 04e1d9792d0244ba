package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.testing.Records;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CommandLineTest {

    /** Words are separated by blanks; "-" is null (not given by the function), "[]" is an empty list. */
    @ParameterizedTest
    @CsvSource({
        "e,  c,  -,   -,   e",
        "e,  [], -,   -,   e",
        "[], c,  -,   -,   c",
        "[], [], -,   -,   nothing",
        "e,  c,  -,   d,   e d",
        "e,  c,  -,   [],  e",
        "[], c,  -,   d,   d",
        "[], c,  -,   [],  nothing",
        "e,  c,  f,   -,   f",
        "e,  c,  f,   d,   f d",
        "e,  c,  [],  -,   c",
        "e,  c,  [],  d,   d",
        "e g, c, f h, d i, f h d i",
    })
    void givenImageAndFunction_whenComposed_thenTheRuleHolds(
            String imageEntrypoint, String imageCommand, String entrypoint, String command, String expected) {
        assertLine(true, imageEntrypoint, imageCommand, entrypoint, command, expected);
    }

    /** As {@code docker run IMAGE} does. */
    @ParameterizedTest
    @CsvSource({
        "e,  c,  -,   -,   e c",
        "e,  [], -,   -,   e",
        "[], c,  -,   -,   c",
        "[], [], -,   -,   nothing",
        "e,  c,  -,   d,   e d",
        "e,  c,  -,   [],  e",
        "[], c,  -,   d,   d",
        "e,  c,  f,   -,   f",
        "e,  c,  f,   d,   f d",
        "e,  c,  [],  -,   c",
        "e g, c k, -, -,   e g c k",
    })
    void givenAFunctionThatTakesNoArgument_whenComposed_thenTheImagesOwnCommandFollowsItsEntrypoint(
            String imageEntrypoint, String imageCommand, String entrypoint, String command, String expected) {
        assertLine(false, imageEntrypoint, imageCommand, entrypoint, command, expected);
    }

    private static void assertLine(
            boolean takesArgument,
            String imageEntrypoint,
            String imageCommand,
            String entrypoint,
            String command,
            String expected) {
        var image = new ResolvedImage(
                "sha256:1", Optional.empty(), words(imageEntrypoint), words(imageCommand), Set.of(), "", false);
        var program = new SandboxSpec.Program(
                "image", orNull(entrypoint), orNull(command), Map.of(), takesArgument, false, false);
        var spec = Records.with(EngineFixture.spec("image"), "program", program);

        var line = CommandLine.of(spec, image);

        assertThat(line).isEqualTo(expected.equals("nothing") ? Optional.empty() : Optional.of(words(expected)));
    }

    private static @Nullable List<String> orNull(String text) {
        return text.equals("-") ? null : words(text);
    }

    private static List<String> words(String text) {
        return text.equals("[]") ? List.of() : List.of(text.split(" "));
    }
}
