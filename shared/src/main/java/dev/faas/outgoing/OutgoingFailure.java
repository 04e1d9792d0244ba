package dev.faas.outgoing;

/** A request had no response. The message is for the user: it names no address and nothing of the platform's network. */
public final class OutgoingFailure extends RuntimeException {
    /** For the operator's metrics. */
    public enum Reason {
        FORBIDDEN("The host has no address that may be reached: check its name, and that its addresses are public."),
        /** To the user the same as {@link #FORBIDDEN}: the difference would tell which names the platform's network has. */
        UNKNOWN_NAME(FORBIDDEN.message),
        UNREACHABLE("The host accepted no connection."),
        TLS("TLS failed: check that the certificate has the host's name, its issuer and its dates."),
        NO_RESPONSE("The connection ended before a valid response."),
        TIMED_OUT("There was no response in time.");

        private final String message;

        Reason(String message) {
            this.message = message;
        }
    }

    private static final long serialVersionUID = 1;

    private final Reason reason;

    OutgoingFailure(Reason reason) {
        super(reason.message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
