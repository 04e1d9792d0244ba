package dev.faas.cli.output;

/** The reader of standard output has closed it: the client ends quietly. */
public final class ClosedPipe extends RuntimeException {
    ClosedPipe(Throwable cause) {
        super(cause);
    }
}
