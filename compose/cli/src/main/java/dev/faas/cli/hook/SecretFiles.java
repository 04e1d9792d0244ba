package dev.faas.cli.hook;

import dev.faas.cli.InputFile;
import dev.faas.cli.definition.Field;
import java.util.List;

/** Reads the secrets that files hold: on a command line others could read them. */
final class SecretFiles {
    /** More than the server takes, in any characters. */
    private static final int MAX_BYTES = 1_026;

    private SecretFiles() {}

    /**
     * What a flag sets.
     *
     * @param given names of files, if it is the flag of the secrets
     */
    static List<String> values(Field field, List<String> given) {
        return field.equals(HookFields.SECRETS)
                ? given.stream()
                        .map(file ->
                                InputFile.text(field.flag(), file, MAX_BYTES).replaceFirst("\\r?\n\\z", ""))
                        .toList()
                : given;
    }
}
