package dev.faas.activation;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * How far one attempt at an activation has come. Each is an event of the JVM's flight recorder, so that it can be seen where the
 * time goes, in a benchmark as in production; it costs nothing while nobody records.
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
    /** There is a sandbox for it. */
    SANDBOX_READY("sandbox at hand"),
    /** The sandbox has been told what to run. */
    ARGUMENT_WRITTEN("argument written"),
    FIRST_BYTE("first byte of its output"),
    /** All output is there, and how the command ended. */
    COMMAND_ENDED("its end known"),
    OUTPUT_STORED("output stored"),
    END_STORED("end stored");

    /** The flight recorder's name of such an event. */
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
    @Label("ActivationStage of an activation")
    @Category("Functions platform")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class StageEvent extends Event {
        @Label("Activation")
        String activation = "";

        @Label("ActivationStage")
        String stage = "";

        @Label("Nanoseconds")
        @Description("of System.nanoTime, for differences")
        long nanos;
    }
}
