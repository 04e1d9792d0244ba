package dev.faas.standalone;

import dev.faas.local.Directories;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows the main use on a temporary platform, with a result that a reader can check: the factors of a number. */
@Command(name = "demo", description = "Shows one activation from login to result, on a temporary platform.")
final class DemoCommand implements Callable<Integer> {
    private static final String IMAGE = "faas-demo/factor:1";
    private static final String NUMBER = "1000000016000000063";

    @Override
    public Integer call() throws IOException, InterruptedException {
        Signals.interruptOnStop();
        var data = Files.createTempDirectory("faas-demo-");
        try {
            announce("Starting the platform: NATS, Postgres and the four services, on free ports, in " + data);
            try (var platform = Platform.start(UpOptions.local(data, UpCommand.faasVariables()))) {
                announce("Making a function image: busybox, whose program `factor` takes a number as its argument");
                try (var image = BusyboxImage.create(IMAGE, "factor")) {
                    return runStory(new DemoClient(platform.api(), System.out), image.name()) ? 0 : 1;
                }
            }
        } finally {
            Directories.delete(data);
            announce("Stopped; everything of it is removed.");
        }
    }

    private static boolean runStory(DemoClient client, String image) throws IOException, InterruptedException {
        announce("A user registers and logs in");
        var password = HexFormat.of().formatHex(random());
        client.post("/v1/auth/register", Map.of("username", "ada", "password", password));
        var login = client.post("/v1/auth/login", Map.of("username", "ada", "password", password));
        client.authenticate(login.path("access_token").asText());

        announce("and names the image as a function");
        client.post("/v1/functions", Map.of("name", "factor", "image", image));

        announce("submits an activation, which is answered at once");
        var accepted = client.post("/v1/functions/factor/activations", Map.of("argument", NUMBER));
        var activation = "/v1/activations/" + accepted.path("activationId").asText();

        announce("and follows it as it runs");
        client.stream(activation + "/events");

        announce("The result can be fetched from now on");
        var result = client.get(activation + "/result").strip();
        return isCorrect(result);
    }

    /** The result is "N: a b c"; the product of the factors must be N. */
    private static boolean isCorrect(String result) {
        var factors = result.substring(result.indexOf(':') + 1).strip().split(" +");
        var product = Arrays.stream(factors).map(BigInteger::new).reduce(BigInteger.ONE, BigInteger::multiply);
        boolean right = factors.length > 1 && product.equals(new BigInteger(NUMBER));
        announce(String.join(" × ", factors) + " = " + product + (right ? ", as it should be" : ", which is WRONG"));
        return right;
    }

    private static byte[] random() {
        var bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static void announce(String text) {
        System.out.println("\n# " + text);
    }
}
