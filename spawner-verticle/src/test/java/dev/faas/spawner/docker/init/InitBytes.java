package dev.faas.spawner.docker.init;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds init's messages from protocol.h, independently of the classes under test. */
final class InitBytes {

    private InitBytes() {}

    static byte[] ready(byte[] lastNonce, long boottimeMicros) {
        var ready = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        ready.put("FaasRdy\u0004".getBytes(StandardCharsets.US_ASCII));
        for (byte b : lastNonce) {
            ready.put((byte) (b ^ 0xff));
        }
        return ready.putLong(boottimeMicros).array();
    }

    static byte[] trailer(byte[] nonce, int kind, int value, int errno, int flags) {
        return ByteBuffer.allocate(80)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(nonce)
                .put((byte) 4)
                .put((byte) kind)
                .put((byte) value)
                .put((byte) 0)
                .putInt(errno)
                .putInt(flags)
                .putInt(3) // processes
                .putInt(2) // killed because memory ran out
                .putInt(0)
                .putLong(1_500) // µs of wall time
                .putLong(700) // µs of processor
                .putLong(4096) // bytes of the largest process
                .putLong(9000) // most bytes of the sandbox
                .putLong(8000) // the same before the run
                .array();
    }

    static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
