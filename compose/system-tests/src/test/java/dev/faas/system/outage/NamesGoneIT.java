package dev.faas.system.outage;

import dev.faas.spawner.docker.TestImages;
import dev.faas.system.Client;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests services that find each other by names while the name server does not answer. */
@Timeout(300)
class NamesGoneIT {
    private static final Duration GONE = Duration.ofSeconds(15);
    private static final Duration RECOVERED = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void whatIsConnectedGoesOnTheBusIsFoundAgainWithoutItAndTheDatabaseOnceItIsBack() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var names = new NameServer(directory);
                var system = new Processes(directory, Map.of(), names);
                var load = SteadyLoad.start(system.api(), images)) {
            var bob = Client.register(system.api());
            bob.function("quick", images.script("echo quick"));
            bob.awaitListed(bob.run("quick", "before"));

            names.fallSilent();
            load.awaitNothingBut(true, GONE);
            Client.register(system.api()).get("/v1/auth/me").expect(200);
            bob.awaitListed(bob.run("quick", "connected"));
            system.restartBus();
            load.awaitAcceptance(RECOVERED);
            var found = bob.run("quick", "found again");
            system.postgres().kill();
            system.postgres().restart();
            load.awaitNothingBut(true, GONE);
            names.answerAgain();

            bob.awaitListed(found, "succeeded");
            Client.register(system.api()).get("/v1/auth/me").expect(200);
            try (var bus = system.bus()) {
                load.accountForAll(bus);
            }
        }
    }
}
