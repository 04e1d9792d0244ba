package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;

import dev.faas.system.hostile.Refusal.Door;
import java.util.stream.Stream;

/** Invalid image references, such as shell commands, flags, URLs and paths. */
final class ImageRows {
    private static final String DIGEST = "0".repeat(64);

    private ImageRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(
                        "--privileged",
                        "-v/:/host",
                        "--rm busybox",
                        "busybox --privileged",
                        "busybox latest",
                        " busybox",
                        "busybox ",
                        "busybox\\n",
                        "\\tbusybox",
                        "busybox\\r\\nX: y",
                        "busybox\\u0000",
                        "http://evil.example/x",
                        "https://evil.example/x",
                        "docker://busybox",
                        "file:///etc/passwd",
                        "oci-archive:/etc/shadow",
                        "Busybox",
                        "registry.example/Upper/x",
                        "BUSYBOX",
                        "b\u00fcsybox",
                        "\u0430lpine",
                        "\\ud800",
                        "busybox@sha256:123",
                        "busybox@sha256:" + "G".repeat(64),
                        "busybox@md5:" + "0".repeat(32),
                        "busybox@sha256:" + DIGEST + "0",
                        "busybox@",
                        "busybox:",
                        "busybox:a:b",
                        "busybox:-tag",
                        "busybox:.tag",
                        "busybox:" + "t".repeat(129),
                        ":tag",
                        "@sha256:" + DIGEST,
                        DIGEST,
                        "/busybox",
                        "busybox/",
                        "a//b",
                        "../../etc/passwd",
                        "a/../b",
                        "./busybox",
                        "~/busybox",
                        "$(id)",
                        "`id`",
                        "busybox;id",
                        "busybox|id",
                        "busybox&id",
                        "busybox>x",
                        "busybox*",
                        "busybox?x=y",
                        "busybox#x",
                        "busybox%20",
                        "a\\\\b",
                        "user:pass@host/x",
                        "registry.example:99999999/x",
                        "registry.example:/x",
                        "[::1/x",
                        "_busybox",
                        "busybox_",
                        "busy___box",
                        "busy..box",
                        "a".repeat(256),
                        "a/".repeat(300) + "a",
                        "")
                .map(image -> image(image.length() > 60 ? image.substring(0, 60) + "…" : image, "'" + image + "'"))
                .map(row -> row.isInvalidAt("image"))
                .flatMap(row -> row.at(Door.API, Door.REGISTRY));
    }

    static Stream<Refusal> types() {
        return Stream.of("1", "true", "null", "[]", "['busybox']", "{'name':'busybox'}")
                .map(value -> image(value, value).isInvalidAt("image"));
    }

    private static Refusal image(String what, String json) {
        return request("the image " + what, "POST", "/v1/functions")
                .asUser()
                .json("{'name':'never-made','image':" + json + "}");
    }
}
