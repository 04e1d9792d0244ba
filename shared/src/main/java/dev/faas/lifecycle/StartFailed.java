package dev.faas.lifecycle;

/** A start that did not succeed and has been unwound; the cause is what the step failed with. */
public final class StartFailed extends Exception {
    private final String step;

    StartFailed(String service, String step, Throwable cause) {
        super(service + " could not start: " + step + ": " + reason(cause), cause);
        this.step = step;
    }

    /** The name of the step that failed. */
    public String step() {
        return step;
    }

    private static String reason(Throwable cause) {
        var message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
