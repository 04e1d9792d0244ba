package dev.faas.cli;

/** Exit codes of the client; every {@code --help} lists those of its verb. */
public final class Exit {
    public static final int OK = 0;
    /** The activation ended unhappily. */
    public static final int UNHAPPY = 1;

    public static final int USAGE = 2;
    public static final int NOT_LOGGED_IN = 3;
    public static final int NOT_FOUND = 4;
    public static final int UNAVAILABLE = 5;
    public static final int REFUSED = 6;
    /** A defect of the client. */
    public static final int DEFECT = 70;

    public static final int TIMED_OUT = 124;
    /** Of {@code run}: a failure that is not the command's, as in Docker. */
    public static final int NOT_THE_COMMANDS = 125;

    public static final int INTERRUPTED = 130;
    public static final int OUT_OF_MEMORY = 137;
    /** The reader of standard output closed it. */
    public static final int CLOSED_PIPE = 141;

    private Exit() {}
}
