package dev.faas.cli.run;

import dev.faas.cli.Failure;
import dev.faas.cli.InputFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the argument of an activation and checks it before it is sent. */
final class Argument {
    /** What one argument of a Linux command line holds, without its NUL. */
    private static final int MAX_BYTES = 131_071;

    private Argument() {}

    /**
     * @param word {@code -} stands for standard input; null: none
     * @param file null: none
     */
    static String read(@Nullable String word, @Nullable Path file) {
        if (word != null && file != null) {
            throw Failure.usage("give either an argument or --file");
        }
        if (file != null) {
            return check("--file " + file, InputFile.read("--file", file.toString(), MAX_BYTES + 1));
        }
        if ("-".equals(word)) {
            return check("standard input", InputFile.read("ARG", "-", MAX_BYTES + 1));
        }
        return word == null ? "" : check("the argument", word.getBytes(StandardCharsets.UTF_8));
    }

    /** @param source named in the error */
    static String check(String source, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw Failure.usage(
                    "%s is too large: an argument has at most %d bytes".formatted(source, MAX_BYTES),
                    "Put the data where the function can read it, and pass its address.");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Failure.usage("%s is not UTF-8".formatted(source), "Encode it, for example with base64.");
        }
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw Failure.usage(
                    "%s has a NUL, which a command line cannot hold".formatted(source),
                    "Encode it, for example with base64.");
        }
        return text;
    }
}
