package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Installs {@code target/faas.deb} and purges it, on a copy of this machine's root: layers above it take what is written. */
@Tag("root")
@Timeout(180)
class DebPackageIT {
    private static final Path PACKAGE = Path.of("target/faas.deb").toAbsolutePath();

    /** The JVM of the build need not come from a package, so the dependency on one is not looked at. */
    private static final String SCRIPT = """
            set -eu
            layers=$1 package=$2 java=$3
            mount --make-rprivate /
            mount -t tmpfs -o size=512m faas-test "$layers"
            mkdir "$layers/upper" "$layers/work" "$layers/root"
            mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$layers/root"
            mount -t proc proc "$layers/root/proc"
            mount --rbind /dev "$layers/root/dev"
            mkdir -p "$layers/root/var/cache/faas/postgres" # of ./faas up
            cp "$package" "$layers/root/faas.deb"
            inside() { chroot "$layers/root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin JAVA_HOME="$java" "$@"; }
            quietly() { if ! output=$("$@" 2>&1); then echo "$output"; exit 1; fi; }
            files() { (cd "$layers/upper" && find . ! -type d ! -path './var/lib/*' ! -path './var/log/*' ! -path './run/*' ! -path './var/cache/man/*' ! -name faas.deb); }

            quietly inside dpkg --force-depends --install /faas.deb
            echo "version: $(inside faas version | head -1)"
            echo "caches: $(ls -d "$layers"/root/var/cache/faas/faas-* | wc -l)"
            echo "installed:"
            files
            quietly inside dpkg --purge faas
            echo "left:"
            files
            """;

    @TempDir
    Path layers;

    @TempDir
    Path directory;

    @Test
    void installsTheClientWithACacheAndLeavesNothing() throws Exception {
        var java = System.getProperty("java.home");
        var output = directory.resolve("output.txt");
        var process = new ProcessBuilder(
                        "unshare", "--mount", "sh", "-c", SCRIPT, "sh", layers.toString(), PACKAGE.toString(), java)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(150, TimeUnit.SECONDS)).isTrue();
        var text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();

        assertThat(text).startsWith("version: faas ").contains("caches: 1\n");
        var installed = text.substring(text.indexOf("installed:"), text.indexOf("left:"));
        assertThat(installed.lines())
                .contains(
                        "./usr/bin/faas",
                        "./usr/share/bash-completion/completions/faas",
                        "./usr/share/zsh/vendor-completions/_faas",
                        "./usr/share/fish/vendor_completions.d/faas.fish",
                        "./usr/share/man/man1/faas-run.1.gz",
                        "./usr/share/doc/faas/copyright");
        assertThat(text.substring(text.indexOf("left:"))).isEqualTo("left:\n");
    }
}
