package dev.faas.spawner.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds a tar in memory, owned by root and dated 1970: the same contents give the same bytes. */
final class TestTar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes);

    /** @param mode in octal, as chmod takes it */
    TestTar file(String path, int mode, byte[] contents) {
        return add(new TarArchiveEntry(path), mode, contents);
    }

    TestTar directory(String path, int mode) {
        return add(new TarArchiveEntry(path + "/"), mode, new byte[0]);
    }

    TestTar symlink(String path, String target) {
        var entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        return add(entry, 0777, new byte[0]);
    }

    private TestTar add(TarArchiveEntry entry, int mode, byte[] contents) {
        entry.setMode(mode);
        entry.setSize(contents.length);
        entry.setModTime(FileTime.fromMillis(0));
        try {
            out.putArchiveEntry(entry);
            out.write(contents);
            out.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Ends the tar. */
    byte[] bytes() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
