package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.SecretValues;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Writes the frames that the spawner sends to init. {@code src/main/c/protocol.h} defines the protocol, version 4.
 *
 * <pre>
 *   frame    u8 version, u8 type, u16 zero, u32 bytes of the payload
 *   R run    nonce[16], u32 flags, u32 timeout ms, u32 grace ms, u16 stop signal, u16 variables, u64 not after µs,
 *            u32 secrets, u32 zero, variables × "NAME=value\0", secrets × ("NAME\0", u32 length, bytes), argument
 *   K stop   nonce[16], u32 grace ms
 *   S pass   nonce[16], u32 signal
 *   READY    "FaasRdy" version, nonce[16] of the last run inverted, u64 clock in µs, u16 failed step, u16 errno,
 *            u32 zero                                                                         ({@link TrailerScanner})
 *   TRAILER  nonce[16] … 80 bytes, on stdout and on stderr                                   ({@link Trailer})
 * </pre>
 *
 * All numbers are little endian. One thread at a time writes a frame, completely.
 */
public final class InitProtocol {

    static final int VERSION = 4;

    private static final int HEADER = 8;
    private static final int RUN_HEAD = 48;
    private static final int CONTROL = Nonce.BYTES + Integer.BYTES;
    private static final int REUSE = 1;
    private static final int NO_ARGUMENT = 2;
    private static final long MAX_MILLIS = 0xffff_ffffL;

    private InitProtocol() {}

    public static byte[] run(RunFrame frame) {
        var environment = environment(frame);
        var files = files(frame.secrets());
        var argument = frame.argumentBytes();
        return frame('R', RUN_HEAD + environment.size() + files.size() + argument.length)
                .put(frame.nonce().bytes())
                .putInt((frame.reuse() ? REUSE : 0) | (frame.argument() == null ? NO_ARGUMENT : 0))
                .putInt(millis(frame.timing().timeout()))
                .putInt(millis(frame.timing().grace()))
                .putShort((short) frame.stopSignal())
                .putShort((short)
                        (frame.secrets().variables().size() + frame.variables().size()))
                .putLong(frame.timing().notAfterMicros())
                .putInt(frame.secrets().files().size())
                .putInt(0)
                .put(environment.toByteArray())
                .put(files.toByteArray())
                .put(argument)
                .array();
    }

    /** The last one of the same name counts. */
    private static ByteArrayOutputStream environment(RunFrame frame) {
        var bytes = new ByteArrayOutputStream();
        frame.secrets().variables().forEach((name, value) -> addVariable(bytes, name, value));
        frame.variables().forEach((name, value) -> addVariable(bytes, name, value.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }

    private static void addVariable(ByteArrayOutputStream to, String name, byte[] value) {
        to.writeBytes((name + '=').getBytes(StandardCharsets.UTF_8));
        to.writeBytes(value);
        to.write(0);
    }

    private static ByteArrayOutputStream files(SecretValues secrets) {
        var bytes = new ByteArrayOutputStream();
        secrets.files().forEach((name, value) -> {
            bytes.writeBytes((name + '\0').getBytes(StandardCharsets.UTF_8));
            bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value.length)
                    .array());
            bytes.writeBytes(value);
        });
        return bytes;
    }

    /** The stop signal now, SIGKILL to all processes after the grace. Has no effect unless this run is under way. */
    public static byte[] stop(Nonce run, Duration grace) {
        return frame('K', CONTROL).put(run.bytes()).putInt(millis(grace)).array();
    }

    /** Sends the command a signal. Has no effect unless this run is under way. */
    public static byte[] signal(Nonce run, int number) {
        return frame('S', CONTROL).put(run.bytes()).putInt(number).array();
    }

    private static ByteBuffer frame(char type, int payload) {
        return ByteBuffer.allocate(HEADER + payload)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) VERSION)
                .put((byte) type)
                .putShort((short) 0)
                .putInt(payload);
    }

    /** Rounded up, because zero means no timeout or no grace. */
    private static int millis(Duration time) {
        return (int) Math.min(MAX_MILLIS, time.plusNanos(999_999).toMillis());
    }
}
