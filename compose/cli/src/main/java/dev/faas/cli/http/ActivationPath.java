package dev.faas.cli.http;

/** Addresses of an activation in the API. */
public final class ActivationPath {
    private ActivationPath() {}

    public static String of(String id) {
        return "/v1/activations/" + Request.part(id);
    }

    public static String of(String id, String part) {
        return of(id) + "/" + part;
    }

    /** Tells an activation's id from a function's name, which begins with a letter. */
    public static boolean isId(String text) {
        return !text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9';
    }
}
