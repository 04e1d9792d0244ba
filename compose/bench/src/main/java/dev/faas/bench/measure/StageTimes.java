package dev.faas.bench.measure;

import dev.faas.activation.ActivationStage;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/** Records with JFR when each activation of this JVM's platform reaches each stage. */
public final class StageTimes implements AutoCloseable {
    private final RecordingStream recorder = new RecordingStream();
    private final Map<String, Map<ActivationStage, Long>> reached = new ConcurrentHashMap<>();

    private StageTimes() {}

    public static StageTimes record() {
        var stages = new StageTimes();
        stages.recorder.enable(ActivationStage.EVENT);
        stages.recorder.onEvent(ActivationStage.EVENT, stages::add);
        stages.recorder.startAsync();
        return stages;
    }

    private void add(RecordedEvent event) {
        reached.computeIfAbsent(event.getString("activation"), id -> new EnumMap<>(ActivationStage.class))
                .putIfAbsent(ActivationStage.valueOf(event.getString("stage")), event.getLong("nanos"));
    }

    /**
     * The times from submission to each stage, as rows. Ends the recording.
     *
     * @param submitted activation ids with times of {@link System#nanoTime}
     */
    public List<Row> since(Map<String, Long> submitted) {
        recorder.stop(); // returns after all recorded events have been added
        return Stream.of(ActivationStage.values())
                .flatMap(stage -> row(stage, submitted).stream())
                .toList();
    }

    /** The times from one stage to another of the activations that reached the first of them last. Ends the recording. */
    public Samples between(ActivationStage from, ActivationStage to, int newest) {
        recorder.stop();
        var samples = new Samples();
        reached.values().stream()
                .filter(stages -> stages.containsKey(from) && stages.containsKey(to))
                .sorted(Comparator.comparing((Map<ActivationStage, Long> stages) -> stages.get(from))
                        .reversed())
                .limit(newest)
                .forEach(stages -> samples.add(stages.get(to) - stages.get(from)));
        return samples;
    }

    private Optional<Row> row(ActivationStage stage, Map<String, Long> submitted) {
        var samples = new Samples();
        submitted.forEach((id, begin) -> {
            var at = reached.getOrDefault(id, Map.of()).get(stage);
            if (at != null) {
                samples.add(at - begin);
            }
        });
        return samples.count() == 0 ? Optional.empty() : Optional.of(samples.row("  … " + stage.text()));
    }

    @Override
    public void close() {
        recorder.close();
    }
}
