package dev.faas.spawner.docker.init;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a tar (POSIX ustar), owned by root, dated 1970: the same contents give the same bytes. */
public final class Tar {

    private static final int BLOCK = 512;
    private static final int MODE = 100;
    private static final int SIZE = 124;
    private static final int PERMISSIONS = 07777;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public Tar file(String path, int mode, byte[] contents) {
        header(path, mode, contents.length, '0', "");
        out.writeBytes(contents);
        out.writeBytes(new byte[(BLOCK - contents.length % BLOCK) % BLOCK]);
        return this;
    }

    public Tar directory(String path, int mode) {
        header(path + "/", mode, 0, '5', "");
        return this;
    }

    public Tar symlink(String path, String target) {
        header(path, 0777, 0, '2', target);
        return this;
    }

    public byte[] bytes() {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        whole.writeBytes(new byte[2 * BLOCK]);
        return whole.toByteArray();
    }

    /** Whether the first file of a tar is one of this mode and contents. */
    static boolean begins(InputStream tar, int mode, byte[] contents) throws IOException {
        var header = tar.readNBytes(BLOCK);
        return header.length == BLOCK
                && (octal(header, MODE, 7) & PERMISSIONS) == mode
                && octal(header, SIZE, 11) == contents.length
                && Arrays.equals(tar.readNBytes(contents.length), contents);
    }

    private static long octal(byte[] header, int at, int digits) {
        var number = new String(header, at, digits, StandardCharsets.US_ASCII);
        return number.matches("[0-7]+") ? Long.parseLong(number, 8) : -1;
    }

    private void header(String path, int mode, int size, char type, String target) {
        var header = new byte[BLOCK];
        put(header, 0, path);
        put(header, MODE, "%07o".formatted(mode));
        put(header, 108, "0000000"); // owner
        put(header, 116, "0000000"); // group
        put(header, SIZE, "%011o".formatted(size));
        put(header, 136, "00000000000"); // time
        Arrays.fill(header, 148, 156, (byte) ' '); // the checksum counts itself as blanks
        header[156] = (byte) type;
        put(header, 157, target);
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        out.writeBytes(header);
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
