package dev.faas.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate, of {@code 127.0.0.1} unless said otherwise, signed by an authority of its own, as {@code openssl} makes them.
 *
 * @param authority what a client must trust
 * @param chain certificate, then the authority
 */
public record TestCertificate(Path authority, Path chain, Path key) {
    /** @param name the subject, by which a test tells certificates apart */
    public static TestCertificate create(Path directory, String name) throws IOException, InterruptedException {
        return create(directory, name, "IP:127.0.0.1");
    }

    /** @param host as openssl writes it, such as {@code DNS:hook.example} */
    public static TestCertificate create(Path directory, String name, String host)
            throws IOException, InterruptedException {
        var authority = directory.resolve(name + "-ca.pem");
        var authorityKey = directory.resolve(name + "-ca.key");
        make("CA of " + name, authority, authorityKey, List.of());
        return sign(directory, name, host, authority, authorityKey);
    }

    /** Another certificate of the same authority.
     *
     * @param host such as {@code DNS:localhost} */
    public TestCertificate another(String name, String host) throws IOException, InterruptedException {
        var authorityKey = Path.of(authority.toString().replaceFirst("pem$", "key"));
        return sign(authority.getParent(), name, host, authority, authorityKey);
    }

    private static TestCertificate sign(Path directory, String name, String host, Path authority, Path authorityKey)
            throws IOException, InterruptedException {
        var own = directory.resolve(name + ".pem");
        var key = directory.resolve(name + ".key");
        make(
                name,
                own,
                key,
                List.of(
                        "-CA",
                        authority.toString(),
                        "-CAkey",
                        authorityKey.toString(),
                        "-addext",
                        "basicConstraints=critical,CA:FALSE",
                        "-addext",
                        "subjectAltName=" + host));
        var chain = directory.resolve(name + "-chain.pem");
        Files.writeString(chain, Files.readString(own) + Files.readString(authority));
        return new TestCertificate(authority, chain, key);
    }

    private static void make(String name, Path certificate, Path key, List<String> more)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2"));
        command.addAll(List.of("-subj", "/CN=" + name, "-out", certificate.toString(), "-keyout", key.toString()));
        command.addAll(more);
        run(command);
    }

    /** What curl prints, which trusts this certificate, for a path of a port of this machine. */
    public String curl(int port, String path, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "curl", "-sS", "--max-time", "15", "--cacert", authority().toString()));
        command.addAll(List.of(options));
        command.add("https://127.0.0.1:" + port + path);
        return run(command);
    }

    /** Output and errors of a program, which must end within 20 s. */
    public static String run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " did not end");
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Replaces the files of another certificate, as a renewal does. */
    public void replace(TestCertificate old) throws IOException {
        Files.write(old.chain(), Files.readAllBytes(chain));
        Files.write(old.key(), Files.readAllBytes(key));
    }
}
