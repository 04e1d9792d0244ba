package dev.faas.lifecycle;

/** Reports a failed start whose opened steps have been closed again; the cause is the failure of the step. */
public final class StartFailed extends Exception {
    private final String step;

    StartFailed(String service, String step, Throwable cause) {
        super(service + " could not start: " + step + ": " + reason(cause), cause);
        this.step = step;
    }

    /** The name of the failed step. */
    public String step() {
        return step;
    }

    private static String reason(Throwable cause) {
        var message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
