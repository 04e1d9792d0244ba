package dev.faas.cli;

import org.junit.jupiter.api.AutoClose;

/** A platform that answers what the test wants, and the client, logged in there by a token. */
public abstract class StubFixture {
    @AutoClose
    protected final StubServer server = new StubServer();

    /** @param args the words of a command line, or the whole line */
    protected final ClientRun run(String... args) {
        return ClientRun.Setup.at(server).run(args.length == 1 ? args[0].split(" ") : args);
    }
}
