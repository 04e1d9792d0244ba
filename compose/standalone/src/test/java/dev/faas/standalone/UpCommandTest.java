package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpCommandTest {
    @Test
    void theClientIsServedOnlyIfItWasBuilt(@TempDir Path project) throws Exception {
        var script = project.resolve("faas").toString();
        assertThat(UpCommand.clientProgram(script)).isEmpty();
        assertThat(UpCommand.clientProgram(null)).isEmpty();

        var client =
                Files.createDirectories(project.resolve("compose/cli/target")).resolve("faas");
        Files.writeString(client, "#!/bin/sh\n");

        assertThat(UpCommand.clientProgram(script)).contains(client);
    }
}
