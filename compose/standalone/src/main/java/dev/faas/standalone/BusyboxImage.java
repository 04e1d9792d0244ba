package dev.faas.standalone;

import dev.faas.lifecycle.Uninterrupted;
import dev.faas.local.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Creates a function image that has only busybox, without a registry; {@link #close} removes it. */
public final class BusyboxImage implements AutoCloseable {
    private static final long DOCKER_SECONDS = 60;

    private final String name;

    private BusyboxImage(String name) {
        this.name = name;
    }

    /** @param applet of busybox, the image's entrypoint */
    public static BusyboxImage create(String name, String applet) throws IOException, InterruptedException {
        var root = Files.createTempDirectory("faas-image-");
        try {
            Files.copy(busybox(), root.resolve("busybox"));
            if (!root.resolve("busybox").toFile().setExecutable(true, false)) {
                throw new IOException(
                        "cannot make " + root + "/busybox executable: check the mount options of " + "its file system");
            }
            var tar = root.resolve("image.tar");
            run("tar", "-C", root.toString(), "-cf", tar.toString(), "busybox");
            return new BusyboxImage(name).importFrom(tar, applet);
        } finally {
            Directories.delete(root);
        }
    }

    private BusyboxImage importFrom(Path tar, String applet) throws IOException, InterruptedException {
        boolean done = false;
        try {
            var entrypoint = "ENTRYPOINT [\"/busybox\",\"" + applet + "\"]";
            done = run("docker", "import", "--change", entrypoint, tar.toString(), name);
        } finally {
            if (!done) {
                close(); // the daemon may have finished the import
            }
        }
        if (!done) {
            throw new IOException("docker import of " + name + " failed: ./faas doctor says whether Docker works");
        }
        return this;
    }

    public String name() {
        return name;
    }

    private static Path busybox() throws IOException {
        for (var candidate : new String[] {"/usr/bin/busybox", "/bin/busybox"}) {
            if (Files.isExecutable(Path.of(candidate))) {
                return Path.of(candidate);
            }
        }
        throw new IOException("busybox is not installed: apt-get install busybox-static");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(DOCKER_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(command[0] + " did not end within " + DOCKER_SECONDS
                        + " s; ./faas doctor says whether Docker works");
            }
            return process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() throws IOException {
        Uninterrupted.run(this::remove);
    }

    private void remove() throws IOException {
        try {
            run("docker", "image", "rm", "--force", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
