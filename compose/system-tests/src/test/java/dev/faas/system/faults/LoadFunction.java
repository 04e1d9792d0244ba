package dev.faas.system.faults;

import java.util.Map;

/** Lists the functions of the load. Each prints its argument twice with a pause, so that half a result is noticed. */
enum LoadFunction {
    /** The default: runs again until it has ended. */
    AT_LEAST_ONCE("sure", "delivery", "at-least-once"),
    /** Never runs twice. */
    AT_MOST_ONCE("once", "delivery", "at-most-once"),
    /** In a new root of a kept container. */
    NESTED("rooted", "mode", "nested"),
    /** In a reused container. */
    REUSED("kept", "mode", "reused");

    static final String SCRIPT = RunWatch.TRACE + "echo \"begin $1\"; sleep 0.5; echo \"end $1\"";

    private final String function;
    private final String setting;
    private final String value;

    LoadFunction(String function, String setting, String value) {
        this.function = function;
        this.setting = setting;
        this.value = value;
    }

    String function() {
        return function;
    }

    /** Its setting in the create request. */
    Map<String, String> settings() {
        return Map.of(setting, value);
    }

    static String result(String argument) {
        return "begin " + argument + "\nend " + argument + "\n";
    }
}
