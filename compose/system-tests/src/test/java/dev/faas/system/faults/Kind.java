package dev.faas.system.faults;

import java.util.Map;

/** The functions that the load calls. Each prints its argument twice, with a pause in between, so that half a result is noticed. */
enum Kind {
    /** The default: repeated until it has ended. */
    SURE("sure", "delivery", "at-least-once"),
    /** Never twice. */
    ONCE("once", "delivery", "at-most-once"),
    /** In a container that is kept. */
    KEPT("kept", "mode", "reused");

    static final String SCRIPT = RunWatch.TRACE + "echo \"begin $1\"; sleep 0.5; echo \"end $1\"";

    private final String function;
    private final String setting;
    private final String value;

    Kind(String function, String setting, String value) {
        this.function = function;
        this.setting = setting;
        this.value = value;
    }

    String function() {
        return function;
    }

    /** What it is created with. */
    Map<String, String> settings() {
        return Map.of(setting, value);
    }

    static String result(String argument) {
        return "begin " + argument + "\nend " + argument + "\n";
    }
}
