package dev.faas.spawner.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Builds root file systems for tests of init. */
final class InitImages {

    /** The signals that end a process by default. */
    static final List<Integer> DEADLY =
            List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 50, 64);

    private static final Pattern PATH = Pattern.compile("/\\S+");

    private InitImages() {}

    static TestTar busybox() throws IOException {
        var tar = new TestTar()
                .directory("bin", 0755)
                .directory("etc", 0755)
                .directory("tmp", 01777)
                .file("etc/passwd", 0644, utf8("root:x:0:0::/:/bin/sh\nworker:x:1234:1235::/home:/bin/sh\n"))
                .file("etc/group", 0644, utf8("root:x:0:\nworkers:x:1235:\nextra:x:77:worker\n"))
                .file("bin/busybox", 0755, read("/bin/busybox"));
        List.of("sh", "sleep", "env", "echo", "cat", "id", "true")
                .forEach(applet -> tar.symlink("bin/" + applet, "busybox"));
        return tar;
    }

    /** Debian's shell and the libraries it is linked to, from the machine that runs the tests. */
    static TestTar debian() throws IOException {
        var tar = new TestTar().directory("bin", 0755).directory("tmp", 01777).file("bin/sh", 0755, read("/bin/dash"));
        var linked = new ProcessBuilder("ldd", "/bin/dash")
                .start()
                .inputReader()
                .lines()
                .toList();
        for (var line : linked) {
            var path = PATH.matcher(line);
            if (path.find()) {
                tar.file(path.group().substring(1), 0755, read(path.group()));
            }
        }
        return tar;
    }

    private static byte[] read(String path) throws IOException {
        return Files.readAllBytes(Path.of(path));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
