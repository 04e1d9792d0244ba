package dev.faas.standalone;

import dev.faas.local.Folders;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** The main job on a platform of its own, with a result a reader can check: the factors of a number. */
@Command(name = "demo", description = "Runs the whole story once, on a platform that is gone afterwards.")
final class DemoCommand implements Callable<Integer> {
    private static final String IMAGE = "faas-demo/factor:1";
    private static final String NUMBER = "1000000016000000063";
    private static final long DOCKER_SECONDS = 60;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var data = Files.createTempDirectory("faas-demo-");
        try {
            say("Starting the platform: NATS, Postgres and the four services, on free ports, in " + data);
            try (var platform = Platform.start(UpOptions.local(data, UpCommand.faasVariables()))) {
                say("Making a function image: busybox, whose program `factor` takes a number as its argument");
                makeImage();
                return story(new DemoClient(platform.api(), System.out)) ? 0 : 1;
            }
        } finally {
            docker("image", "rm", "--force", IMAGE);
            Folders.delete(data);
            say("Stopped; everything of it is removed.");
        }
    }

    private static boolean story(DemoClient client) throws IOException, InterruptedException {
        say("A user registers and logs in");
        var password = HexFormat.of().formatHex(random());
        client.post("/v1/auth/register", Map.of("username", "ada", "password", password));
        var login = client.post("/v1/auth/login", Map.of("username", "ada", "password", password));
        client.authenticate(login.path("access_token").asText());

        say("and names the image as a function");
        client.post("/v1/functions", Map.of("name", "factor", "image", IMAGE));

        say("submits an activation, which is answered at once");
        var accepted = client.post("/v1/functions/factor/activations", Map.of("argument", NUMBER));
        var activation = "/v1/activations/" + accepted.path("activationId").asText();

        say("and follows it as it runs");
        client.stream(activation + "/events");

        say("The result can be fetched from now on");
        var result = client.text(activation + "/result").strip();
        return check(result);
    }

    /** "N: a b c", whose factors must give N again. */
    private static boolean check(String result) {
        var factors = result.substring(result.indexOf(':') + 1).strip().split(" +");
        var product = Arrays.stream(factors).map(BigInteger::new).reduce(BigInteger.ONE, BigInteger::multiply);
        boolean right = factors.length > 1 && product.equals(new BigInteger(NUMBER));
        say(String.join(" × ", factors) + " = " + product + (right ? ", as it should be" : ", which is WRONG"));
        return right;
    }

    private static void makeImage() throws IOException, InterruptedException {
        var root = Files.createTempDirectory("faas-demo-image-");
        try {
            Files.copy(busybox(), root.resolve("busybox"));
            if (!root.resolve("busybox").toFile().setExecutable(true, false)) {
                throw new IOException("busybox could not be made executable");
            }
            var tar = root.resolve("image.tar");
            run("tar", "-C", root.toString(), "-cf", tar.toString(), "busybox");
            if (!docker("import", "--change", "ENTRYPOINT [\"/busybox\",\"factor\"]", tar.toString(), IMAGE)) {
                throw new IOException("docker import failed; is the Docker daemon running? ./faas doctor says");
            }
        } finally {
            Folders.delete(root);
        }
    }

    private static Path busybox() throws IOException {
        for (var candidate : new String[] {"/usr/bin/busybox", "/bin/busybox"}) {
            if (Files.isExecutable(Path.of(candidate))) {
                return Path.of(candidate);
            }
        }
        throw new IOException("busybox is missing: apt-get install busybox-static");
    }

    private static boolean docker(String... arguments) throws IOException, InterruptedException {
        var command = new String[arguments.length + 1];
        command[0] = "docker";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(command);
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(DOCKER_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command[0] + " did not end within " + DOCKER_SECONDS + " s");
        }
        return process.exitValue() == 0;
    }

    private static byte[] random() {
        var bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static void say(String text) {
        System.out.println("\n# " + text);
    }
}
