package dev.faas.acceptance;

import dev.faas.http.JsonFields;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads the fields of a submission, wherever a request has them. */
public final class SubmissionFields {
    private static final int MAX_TIMEOUT_SECONDS = 24 * 60 * 60;
    private static final int MAX_TAGS = 16;
    private static final int MAX_TAG_VALUE = 256;
    private static final Pattern TAG_KEY = Pattern.compile("[^\\p{Cntrl}:]{1,64}");
    private static final Pattern ANY = Pattern.compile("(?s).*+");

    private SubmissionFields() {}

    /** Required. */
    public static String argument(JsonFields fields) {
        return fields.text("argument", ANY, "be text without NUL");
    }

    /** Empty: the function's own limit. */
    public static OptionalInt timeoutSeconds(JsonFields fields) {
        return fields.optionalInteger("timeoutSeconds", 1, MAX_TIMEOUT_SECONDS);
    }

    public static Map<String, String> tags(JsonFields fields) {
        return fields.textMap(
                "tags", MAX_TAGS, TAG_KEY, "have 1 to 64 characters, no ':' and no control character", MAX_TAG_VALUE);
    }
}
