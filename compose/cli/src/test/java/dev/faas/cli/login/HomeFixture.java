package dev.faas.cli.login;

import dev.faas.cli.StubFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A platform that answers what the test wants, and a user's new home. */
abstract class HomeFixture extends StubFixture {
    ClientHome home;

    @BeforeEach
    void makeHome(@TempDir Path folder) {
        home = new ClientHome(folder);
    }
}
