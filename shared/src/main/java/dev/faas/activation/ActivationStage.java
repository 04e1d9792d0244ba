package dev.faas.activation;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Records how far one attempt of an activation has come, as events of the JVM's flight recorder: they show where the time goes,
 * in a benchmark and in production. Costs nothing without a recording.
 */
public enum ActivationStage {
    /** Its first event is stored. */
    ACCEPTED("accepted"),
    /** Its command is stored. */
    QUEUED("in the queue"),
    /** A spawner has its command. */
    TAKEN("taken by a spawner"),
    /** The spawner's claim is stored. */
    CLAIMED("claimed"),

    SANDBOX_READY("sandbox ready"),
    ARGUMENT_WRITTEN("argument written"),
    FIRST_BYTE("first byte of its output"),
    /** All output has arrived, and the exit code. */
    COMMAND_ENDED("command ended"),
    OUTPUT_STORED("output stored"),
    END_STORED("end stored");

    /** The event's name in the flight recorder. */
    public static final String EVENT = "faas.Stage";

    private final String text;

    ActivationStage(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    public void record(String activation) {
        var event = new StageEvent();
        if (event.isEnabled()) {
            event.activation = activation;
            event.stage = name();
            event.nanos = System.nanoTime();
            event.commit();
        }
    }

    @Name(EVENT)
    @Label("Stage of an activation")
    @Category("Functions platform")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class StageEvent extends Event {
        @Label("Activation")
        String activation = "";

        @Label("Stage")
        String stage = "";

        @Label("Nanoseconds")
        @Description("of System.nanoTime, for differences")
        long nanos;
    }
}
