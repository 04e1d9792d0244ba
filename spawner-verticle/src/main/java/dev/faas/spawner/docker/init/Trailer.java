package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How a run ended, by its init. Everything that the run has written came before it, and no process of it is left.
 *
 * @param cause why init ended the run, if it did
 * @param killed SIGKILL was needed
 * @param strays processes were left when the command had ended
 * @param reusable false: something in the sandbox is not as it was
 * @param processes that ended during the run
 * @param oomKills processes that the kernel killed for want of memory
 * @param wall from the start of the command to its end
 * @param cpu of all processes together
 * @param largestProcess most memory of one process, in bytes
 */
public record Trailer(
        Nonce nonce,
        End end,
        Cause cause,
        boolean killed,
        boolean strays,
        boolean reusable,
        int processes,
        int oomKills,
        Duration wall,
        Duration cpu,
        long largestProcess,
        Peak peak) {

    public sealed interface End {
        record Exited(int code) implements End {}

        record Signalled(int number) implements End {}

        /** @param exitCode what Docker's own init would have ended with */
        record NotExecuted(int errno, int exitCode) implements End {}

        /** The kernel gave no process: the limit of processes or memory. */
        record NotForked(int errno) implements End {}

        /** Init did not understand what it was told to run. */
        record Refused() implements End {}

        /** The run was handed over later than it might be; nothing was started. */
        record TooLate() implements End {}
    }

    public enum Cause {
        NONE,
        TIMEOUT,
        STOPPED
    }

    /**
     * Most memory of the whole sandbox, in bytes, since its boot.
     *
     * @param before the run
     */
    public record Peak(long now, long before) {

        /** Empty when the kernel does not tell. An upper bound if the run has not raised it. */
        public OptionalLong bytes() {
            return now > 0 ? OptionalLong.of(now) : OptionalLong.empty();
        }

        public boolean exact() {
            return now > before;
        }
    }

    static final int BYTES = 80;

    private static final int DEADLINE = 1;
    private static final int STOPPED = 2;
    private static final int STRAYS = 8;
    private static final int DIRTY = 16;
    private static final int KILLED = 32;

    /** From the nonce on. */
    static Trailer decode(byte[] bytes) throws EngineFault {
        if (bytes.length != BYTES) {
            throw new EngineFault("a trailer of " + bytes.length + " bytes", null);
        }
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(Nonce.BYTES);
        int version = in.get() & 0xff;
        if (version != InitProtocol.VERSION) {
            throw new EngineFault("init speaks version " + version + " of the protocol", null);
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
                (flags & KILLED) != 0,
                (flags & STRAYS) != 0,
                (flags & DIRTY) == 0,
                processes,
                oomKills,
                micros(in.getLong()),
                micros(in.getLong()),
                in.getLong(),
                new Peak(in.getLong(), in.getLong()));
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
            default -> throw new EngineFault("a trailer of unknown kind " + kind, null);
        };
    }
}
