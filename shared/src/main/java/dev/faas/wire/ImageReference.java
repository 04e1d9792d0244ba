package dev.faas.wire;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names a container image as {@code docker pull} accepts it: {@code [host[:port]/]path[:tag][@digest]}, by the grammar of
 * github.com/distribution/reference. No scheme, no white space, no capital letter in the path.
 *
 * @param digest {@code sha256:…}; null when the reference does not pin one
 */
public record ImageReference(
        String name, @Nullable String tag, @Nullable String digest) {
    public static final int MAX_LENGTH = 512;

    private static final int MAX_NAME_LENGTH = 255;
    private static final Pattern PATH =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*)*");
    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    private static final Pattern HOST =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9a-fA-F:]{2,45}])(?::[0-9]{1,5})?");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
    /** Docker treats such a name as the id of an image. */
    private static final Pattern BARE_ID = Pattern.compile("[0-9a-f]{64}");

    /** Empty when the text is not a valid reference. */
    public static Optional<ImageReference> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        int at = text.indexOf('@');
        var digest = at < 0 ? null : text.substring(at + 1);
        var tagged = at < 0 ? text : text.substring(0, at);
        // A colon before the last slash belongs to a port.
        int colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
        var tag = colon < 0 ? null : tagged.substring(colon + 1);
        var name = colon < 0 ? tagged : tagged.substring(0, colon);
        boolean valid = isName(name)
                && (tag == null || TAG.matcher(tag).matches())
                && (digest == null || DIGEST.matcher(digest).matches());
        return valid ? Optional.of(new ImageReference(name, tag, digest)) : Optional.empty();
    }

    private static boolean isName(String name) {
        if (name.length() > MAX_NAME_LENGTH || BARE_ID.matcher(name).matches()) {
            return false;
        }
        int slash = name.indexOf('/');
        if (slash > 0 && isHost(name.substring(0, slash))) {
            return HOST.matcher(name.substring(0, slash)).matches()
                    && PATH.matcher(name.substring(slash + 1)).matches();
        }
        return PATH.matcher(name).matches();
    }

    /** Whether Docker treats the first part of a path as a host. */
    private static boolean isHost(String first) {
        return first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }
}
