package dev.faas.registry.function;

/** Whether a hook or a source submits. */
public enum TriggerState {
    ACTIVE("active"),
    PAUSED("paused"),
    /** A function of the same name later does not revive it. */
    FUNCTION_DELETED("function_deleted");

    private final String text;

    TriggerState(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    public static TriggerState of(String text) {
        for (var state : values()) {
            if (state.text.equals(text)) {
                return state;
            }
        }
        throw new IllegalArgumentException("no state of a trigger: " + text);
    }

    public static TriggerState of(boolean paused) {
        return paused ? PAUSED : ACTIVE;
    }
}
