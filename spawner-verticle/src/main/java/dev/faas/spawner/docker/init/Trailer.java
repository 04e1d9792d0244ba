package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Reports how a run ended, as init saw it. All output of the run came before the trailer, and no process of the run is
 * left.
 *
 * @param cause why init stopped the run, if it did
 */
public record Trailer(Nonce nonce, End end, Cause cause, Cleanup cleanup, Counts counts) {

    /**
     * @param killed SIGKILL was needed
     * @param strays processes were left when the command had ended
     * @param reusable false if something in the sandbox could not be restored
     * @param filtered false if the kernel cannot refuse system calls, so that a command can kill init
     */
    public record Cleanup(boolean killed, boolean strays, boolean reusable, boolean filtered) {}

    /**
     * @param processes that ended during the run
     * @param oomKills processes that the kernel killed because memory ran out
     * @param wall from the start of the command to its end
     * @param cpu of all processes together
     * @param largestProcess most memory of one process, in bytes
     */
    public record Counts(int processes, int oomKills, Duration wall, Duration cpu, long largestProcess, Peak peak) {}

    public sealed interface End {
        record Exited(int code) implements End {}

        record Signalled(int number) implements End {}

        /** @param exitCode as Docker's own init would exit */
        record NotExecuted(int errno, int exitCode) implements End {}

        /** Fork failed: the limit of processes or memory is reached. */
        record NotForked(int errno) implements End {}

        /** The run frame was malformed; nothing was started. */
        record Refused() implements End {}

        /** The run frame arrived after its "not after"; nothing was started. */
        record TooLate() implements End {}

        /** The files of secrets could not be written; nothing was started. */
        record NoSecrets(int errno) implements End {}
    }

    public enum Cause {
        NONE,
        TIMEOUT,
        STOPPED
    }

    /**
     * The most memory of the whole sandbox since its boot, in bytes.
     *
     * @param now after the run
     * @param before before the run
     */
    public record Peak(long now, long before) {

        /** Empty where the kernel has no figure. An upper bound unless it {@link #isExact}. */
        public OptionalLong bytes() {
            return now > 0 ? OptionalLong.of(now) : OptionalLong.empty();
        }

        public boolean isExact() {
            return now > before;
        }
    }

    static final int BYTES = 80;

    private static final int DEADLINE = 1;
    private static final int STOPPED = 2;
    private static final int STRAYS = 8;
    private static final int DIRTY = 16;
    private static final int KILLED = 32;
    private static final int UNFILTERED = 64;

    /** @param bytes of the trailer, with its nonce */
    static Trailer decode(byte[] bytes) throws EngineFault {
        if (bytes.length != BYTES) {
            throw new EngineFault("a trailer has " + bytes.length + " bytes instead of " + BYTES, null);
        }
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(Nonce.BYTES);
        int version = in.get() & 0xff;
        if (version != InitProtocol.VERSION) {
            throw new EngineFault(
                    "init uses version " + version + " of the protocol, not " + InitProtocol.VERSION, null);
        }
        int kind = in.get() & 0xff;
        int value = in.get() & 0xff;
        in.get();
        int errno = in.getInt();
        int flags = in.getInt();
        int processes = in.getInt();
        int oomKills = in.getInt();
        in.getInt();
        return new Trailer(
                Nonce.of(bytes, 0),
                end(kind, value, errno),
                (flags & STOPPED) != 0 ? Cause.STOPPED : (flags & DEADLINE) != 0 ? Cause.TIMEOUT : Cause.NONE,
                new Cleanup(
                        (flags & KILLED) != 0, (flags & STRAYS) != 0, (flags & DIRTY) == 0, (flags & UNFILTERED) == 0),
                new Counts(
                        processes,
                        oomKills,
                        micros(in.getLong()),
                        micros(in.getLong()),
                        in.getLong(),
                        new Peak(in.getLong(), in.getLong())));
    }

    private static Duration micros(long count) {
        return Duration.ofNanos(count * 1000);
    }

    private static End end(int kind, int value, int errno) throws EngineFault {
        return switch (kind) {
            case 0 -> new End.Exited(value);
            case 1 -> new End.Signalled(value);
            case 2 -> new End.NotExecuted(errno, value);
            case 3 -> new End.NotForked(errno);
            case 4 -> new End.Refused();
            case 5 -> new End.TooLate();
            case 6 -> new End.NoSecrets(errno);
            default -> throw new EngineFault("a trailer has the unknown kind " + kind, null);
        };
    }
}
