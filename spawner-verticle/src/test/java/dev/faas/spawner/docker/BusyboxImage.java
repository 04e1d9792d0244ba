package dev.faas.spawner.docker;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.faas.wire.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Builds an image with little more than busybox (Debian's package busybox-static). Every with-method returns a variant.
 *
 * @param files by path
 */
public record BusyboxImage(
        List<String> entrypoint,
        List<String> command,
        @Nullable String user,
        @Nullable String workdir,
        List<String> volumes,
        Map<String, TarFile> files,
        Map<String, String> labels) {

    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final List<String> APPLETS = List.of(
            "cat", "chmod", "dd", "echo", "env", "expr", "factor", "false", "head", "id", "kill", "ls", "mkdir",
            "nproc", "od", "printf", "ps", "pwd", "rm", "seq", "setsid", "sh", "sleep", "sort", "stat", "tail", "test",
            "touch", "tr", "true", "wc", "yes");

    /** Mode in octal, as chmod takes it. */
    public static final class TarFile {
        private final int mode;
        private final byte[] contents;

        public TarFile(int mode, byte[] contents) {
            this.mode = mode;
            this.contents = contents.clone();
        }
    }

    /** Neither entrypoint nor command. */
    public static BusyboxImage bare() {
        return new BusyboxImage(List.of(), List.of(), null, null, List.of(), Map.of(), Map.of());
    }

    public static BusyboxImage running(String... entrypoint) {
        return bare().withEntrypoint(entrypoint);
    }

    public BusyboxImage withEntrypoint(String... line) {
        return new BusyboxImage(List.of(line), command, user, workdir, volumes, files, labels);
    }

    public BusyboxImage withCommand(String... line) {
        return new BusyboxImage(entrypoint, List.of(line), user, workdir, volumes, files, labels);
    }

    public BusyboxImage withUser(String name) {
        return new BusyboxImage(entrypoint, command, name, workdir, volumes, files, labels);
    }

    public BusyboxImage withWorkdir(String path) {
        return new BusyboxImage(entrypoint, command, user, path, volumes, files, labels);
    }

    public BusyboxImage withVolumes(String... paths) {
        return new BusyboxImage(entrypoint, command, user, workdir, List.of(paths), files, labels);
    }

    public BusyboxImage withFile(String path, int mode, byte[] contents) {
        var more = new TreeMap<>(files);
        more.put(path, new TarFile(mode, contents));
        return new BusyboxImage(entrypoint, command, user, workdir, volumes, more, labels);
    }

    /** For every user of a platform. */
    public BusyboxImage withPublicLabel() {
        return new BusyboxImage(entrypoint, command, user, workdir, volumes, files, Map.of("dev.faas.public", "true"));
    }

    /** With a random layer of 1.5 MB, which no other image has. */
    public BusyboxImage unique() {
        var noise = new byte[1_500_000];
        new Random().nextBytes(noise);
        return withFile("/noise", 0644, noise);
    }

    /** Of the whole image. */
    String hash() {
        return Sha256.hex(archive("")).substring(0, 24);
    }

    /** As {@code docker save} writes it. Two layers: the first is the same for all. */
    byte[] archive(String reference) {
        var layers = files.isEmpty() ? List.of(base()) : List.of(base(), own());
        var config = json(config(layers));
        var tar = new TestTar();
        tar.file("config.json", 0644, config);
        for (int i = 0; i < layers.size(); i++) {
            tar.file("layer" + i + ".tar", 0644, layers.get(i));
        }
        var manifest = new LinkedHashMap<String, Object>();
        manifest.put("Config", "config.json");
        manifest.put("RepoTags", List.of(reference));
        manifest.put("Layers", layers.size() == 1 ? List.of("layer0.tar") : List.of("layer0.tar", "layer1.tar"));
        return tar.file("manifest.json", 0644, json(List.of(manifest))).bytes();
    }

    private Map<String, Object> config(List<byte[]> layers) {
        var run = new HashMap<String, Object>();
        run.put("Labels", new TreeMap<>(labels));
        run.put("Entrypoint", entrypoint);
        run.put("Cmd", command);
        run.put("User", user == null ? "" : user);
        run.put("WorkingDir", workdir == null ? "/" : workdir);
        run.put("Env", List.of("PATH=/bin", "FROM_IMAGE=yes"));
        var mounts = new TreeMap<String, Object>();
        volumes.forEach(path -> mounts.put(path, Map.of()));
        run.put("Volumes", mounts);
        var rootfs = Map.of(
                "type",
                "layers",
                "diff_ids",
                layers.stream().map(layer -> "sha256:" + Sha256.hex(layer)).toList());
        var config = new TreeMap<String, Object>();
        config.put("architecture", System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");
        config.put("os", "linux");
        config.put("config", new TreeMap<>(run));
        config.put("rootfs", new TreeMap<>(rootfs));
        return config;
    }

    private static byte[] base() {
        var tar = new TestTar()
                .directory("bin", 0755)
                .directory("etc", 0755)
                .directory("tmp", 01777)
                .file("etc/passwd", 0644, utf8("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"))
                .file("etc/group", 0644, utf8("root:x:0:\nnogroup:x:65534:\n"));
        try {
            tar.file("bin/busybox", 0755, Files.readAllBytes(BUSYBOX));
        } catch (IOException e) {
            throw new UncheckedIOException("tests need " + BUSYBOX + ": apt-get install busybox-static", e);
        }
        APPLETS.forEach(applet -> tar.symlink("bin/" + applet, "busybox"));
        return tar.bytes();
    }

    private byte[] own() {
        var tar = new TestTar();
        files.forEach((path, file) -> tar.file(path.substring(1), file.mode, file.contents));
        return tar.bytes();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] json(Object value) {
        try {
            return new ObjectMapper().writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
