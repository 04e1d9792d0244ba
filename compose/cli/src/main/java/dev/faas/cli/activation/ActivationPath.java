package dev.faas.cli.activation;

import dev.faas.cli.http.Request;

/** Addresses of an activation in the API. */
final class ActivationPath {
    private ActivationPath() {}

    static String of(String id) {
        return "/v1/activations/" + Request.encode(id);
    }

    static String of(String id, String part) {
        return of(id) + "/" + part;
    }
}
