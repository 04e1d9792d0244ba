package dev.faas.bench;

import dev.faas.activation.Stage;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/** When the activations of this JVM's platform came to which stage, by the flight recorder. */
final class Stages implements AutoCloseable {
    private final RecordingStream recorder = new RecordingStream();
    private final Map<String, Map<Stage, Long>> reached = new ConcurrentHashMap<>();

    private Stages() {}

    static Stages record() {
        var stages = new Stages();
        stages.recorder.enable(Stage.EVENT);
        stages.recorder.onEvent(Stage.EVENT, stages::add);
        stages.recorder.startAsync();
        return stages;
    }

    private void add(RecordedEvent event) {
        reached.computeIfAbsent(event.getString("activation"), id -> new EnumMap<>(Stage.class))
                .putIfAbsent(Stage.valueOf(event.getString("stage")), event.getLong("nanos"));
    }

    /**
     * How long after its submission each activation had come to each stage. Ends the recording.
     *
     * @param submitted when each was, by {@link System#nanoTime}
     */
    List<Row> since(Map<String, Long> submitted) {
        recorder.stop(); // returns once all that was recorded has been added
        return Stream.of(Stage.values())
                .flatMap(stage -> row(stage, submitted).stream())
                .toList();
    }

    private Optional<Row> row(Stage stage, Map<String, Long> submitted) {
        var samples = new Samples();
        submitted.forEach((id, begin) -> {
            var when = reached.getOrDefault(id, Map.of()).get(stage);
            if (when != null) {
                samples.add(when - begin);
            }
        });
        return samples.count() == 0 ? Optional.empty() : Optional.of(samples.row("  … " + stage.text()));
    }

    @Override
    public void close() {
        recorder.close();
    }
}
