package dev.faas.spawner.docker.init;

import dev.faas.spawner.engine.EngineFault;
import dev.faas.wire.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Holds the program that is PID 1 of every sandbox, as it was built with this spawner. */
public final class InitProgram {

    /** Execute only: a process whose program can be read can be traced, and init's memory holds the nonce. */
    public static final int MODE = 0111;

    private static final int PERMISSION_BITS = 07777;

    private final byte[] bytes;

    private InitProgram(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param machine the Docker host's architecture as {@code uname -m} and Docker's info name it: {@code x86_64} …
     * @throws EngineFault when this spawner was built on another architecture
     */
    public static InitProgram of(String machine) throws EngineFault {
        try (var in = InitProgram.class.getResourceAsStream("/faas-init/" + machine)) {
            if (in == null) {
                throw new EngineFault(
                        "this spawner has no init program for the architecture %s. Build the spawner on such a host."
                                .formatted(machine),
                        null);
            }
            return new InitProgram(in.readAllBytes());
        } catch (IOException e) {
            throw new EngineFault("the init program for " + machine + " cannot be read from the spawner's jar", e);
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** SHA-256 of the program in hex. It names the volume: another program gets another volume. */
    String digest() {
        return Sha256.hex(bytes);
    }

    /** A tar with the file {@code init}, owned by root and dated 1970: the same program gives the same bytes. */
    byte[] toTar() {
        var entry = new TarArchiveEntry("init");
        entry.setMode(MODE);
        entry.setSize(bytes.length);
        entry.setIds(0, 0);
        entry.setUserName(""); // else that of the user who runs the spawner
        entry.setModTime(FileTime.fromMillis(0));
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException("a tar could not be written to memory", e);
        }
        return out.toByteArray();
    }

    /** True if the first file of the tar is this program, complete and with its mode. */
    boolean isFirstFileOf(InputStream archive) throws IOException {
        var tar = new TarArchiveInputStream(archive);
        var entry = tar.getNextEntry();
        return entry != null
                && entry.isFile()
                && (entry.getMode() & PERMISSION_BITS) == MODE
                && entry.getSize() == bytes.length
                && Arrays.equals(tar.readNBytes(bytes.length), bytes);
    }
}
