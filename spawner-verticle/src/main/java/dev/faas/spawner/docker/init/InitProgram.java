package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.Sha256;
import java.io.IOException;

/** The program that is PID 1 of every sandbox, as it was built with this spawner. */
public final class InitProgram {

    /** Only executable: a program that can be read can be traced, and then read while it knows the nonce. */
    public static final int MODE = 0111;

    private final byte[] bytes;

    private InitProgram(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param machine the Docker host's, as {@code uname -m} calls it and Docker's info says: {@code x86_64} …
     * @throws EngineFault when this spawner was built on another one
     */
    public static InitProgram of(String machine) throws EngineFault {
        try (var in = InitProgram.class.getResourceAsStream("/faas-init/" + machine)) {
            if (in == null) {
                throw new EngineFault(
                        "this spawner has no init for a Docker host of %s: build it on one".formatted(machine), null);
            }
            return new InitProgram(in.readAllBytes());
        } catch (IOException e) {
            throw new EngineFault("the init of " + machine + " can't be read", e);
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** Of its contents, in hex: another program is another volume. */
    String digest() {
        return Sha256.hex(bytes);
    }
}
