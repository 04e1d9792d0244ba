package dev.faas.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file that the user names; {@code -} is standard input. */
public final class InputFile {
    private InputFile() {}

    /** Returns no more than {@code max} bytes.
     *
     * @param flag that names the file
     */
    public static byte[] read(String flag, String file, int max) {
        if (file.isEmpty()) {
            throw Failure.usage(flag + ": the name of the file is empty");
        }
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            return in.readNBytes(max);
        } catch (IOException e) {
            throw Failure.usage("%s: cannot read %s: %s".formatted(flag, file, Failure.reason(e)));
        }
    }

    /** A file of more than {@code max} bytes is refused. */
    public static byte[] whole(String flag, String file, int max) {
        var bytes = read(flag, file, max + 1);
        if (bytes.length > max) {
            throw Failure.usage("%s: %s has more than %d bytes".formatted(flag, file, max));
        }
        return bytes;
    }

    /** As {@link #whole}, without a byte order mark. */
    public static String text(String flag, String file, int max) {
        var bytes = whole(flag, file, max);
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw Failure.usage("%s: %s is not UTF-8".formatted(flag, file));
        }
    }
}
