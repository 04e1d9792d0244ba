package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Worker;
import dev.faas.spawner.Specs;
import dev.faas.spawner.engine.SecretValues;
import dev.faas.testing.Records;
import dev.faas.wire.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class EngineRequestsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Trigger SCHEDULE = new Trigger(Trigger.SCHEDULE, "sch_1", "2026-11-24T09:59:59.000Z");
    private static final Map<String, String> OF_SCHEDULE = Map.of(
            "FAAS_TRIGGER", "schedule", "FAAS_TRIGGER_ID", "sch_1", "FAAS_SCHEDULED_AT", "2026-11-24T09:59:59.000Z");

    static Stream<Arguments> triggers() {
        var none = Map.<String, String>of();
        return Stream.of(
                Arguments.of("submitted by a user", null, none, none, none),
                Arguments.of("submitted by a schedule", SCHEDULE, none, none, OF_SCHEDULE),
                Arguments.of(
                        "the function has a variable of that name",
                        SCHEDULE,
                        Map.of("FAAS_TRIGGER", "mine"),
                        none,
                        without("FAAS_TRIGGER")),
                Arguments.of(
                        "the function has a secret of that name",
                        SCHEDULE,
                        none,
                        Map.of("FAAS_SCHEDULED_AT", "mine"),
                        without("FAAS_SCHEDULED_AT")));
    }

    private static Map<String, String> without(String name) {
        var others = new TreeMap<>(OF_SCHEDULE);
        others.remove(name);
        return others;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("triggers")
    void givenATrigger_whenARunIsRequested_thenItsEnvironmentNamesIt(
            String name,
            @Nullable Trigger trigger,
            Map<String, String> env,
            Map<String, String> secrets,
            Map<String, String> expected) {
        var spec = Records.with(Specs.of("image"), "env", env);
        var activation = new Activation(
                Ids.activation(NOW),
                Ids.user(NOW),
                new FunctionKey(Ids.function(NOW), spec.name(), 1),
                spec.image(),
                spec.delivery(),
                spec.limits().timeoutSeconds(),
                spec.retry(),
                NOW,
                NOW.plus(Duration.ofDays(1)),
                Map.of(),
                null,
                null,
                trigger,
                null,
                null,
                null,
                null);
        var runSpec = new RunSpec(spec, "");
        var running = ActivationRecord.accept(activation, runSpec).claim(new Worker("me", "1"), "run-1", NOW);
        var opened = new TreeMap<String, byte[]>();
        secrets.forEach((key, value) -> opened.put(key, value.getBytes(StandardCharsets.UTF_8)));

        var variables = EngineRequests.runRequest(
                        running,
                        runSpec,
                        new SecretValues(opened, Map.of()),
                        Duration.ofSeconds(10),
                        NOW,
                        Duration.ofSeconds(20))
                .variables();

        assertThat(variables).containsAllEntriesOf(expected).hasSize(4 + expected.size());
    }
}
