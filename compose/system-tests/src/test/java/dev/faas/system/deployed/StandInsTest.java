package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that {@code compose/stand-ins} finds the mirror in this machine's apt sources, in both formats. */
@Timeout(60)
class StandInsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path apt;

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            sources.list        ; deb http://a.example/debian trixie main                          ; http://a.example/debian
            sources.list        ; deb [arch=amd64 trusted=yes] https://b.example/debian trixie main ; https://b.example/debian
            sources.list        ; # deb http://off.example/debian trixie main\\ndeb http://on.example/debian trixie main contrib ; http://on.example/debian
            sources.list        ; deb-src http://src.example/debian trixie main\\ndeb file:/srv trixie main\\ndeb http://c.example/x trixie main ; http://c.example/x
            sources.list        ; deb http://old.example/debian bookworm main\\ndeb http://sec.example/debian-security bookworm-security main ; http://old.example/debian
            d.list              ; deb http://d.example/debian trixie main                          ; http://d.example/debian
            d.sources           ; Types: deb\\nURIs: http://e.example/debian\\nSuites: trixie trixie-updates\\nComponents: main ; http://e.example/debian
            d.sources           ; Types: deb deb-src\\nURIs:\\n http://f.example/debian\\nSuites:\\n trixie-updates\\n trixie\\nComponents: main non-free ; http://f.example/debian
            d.sources           ; Enabled: no\\nTypes: deb\\nURIs: http://off.example/debian\\nSuites: trixie\\nComponents: main\\n\\nTypes: deb\\nURIs: http://g.example/debian\\nSuites: trixie\\nComponents: main ; http://g.example/debian
            """)
    void theMirrorIsTheOneOfTheHost(String file, String content, String mirror) throws Exception {
        write(file, content.replace("\\n", "\n") + "\n");

        assertThat(mirror(Map.of())).isEqualTo(mirror);
    }

    @Test
    void theEnvironmentOverridesIt() throws Exception {
        write("sources.list", "deb http://a.example/debian trixie main\n");

        assertThat(mirror(Map.of("DEBIAN_MIRROR", "http://mine.example/debian")))
                .isEqualTo("http://mine.example/debian");
    }

    @Test
    void withoutAMirrorTheMessageNamesTheSetting() throws Exception {
        write("sources.list", "deb http://a.example/ubuntu noble main\n");

        assertThatThrownBy(() -> mirror(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("set DEBIAN_MIRROR=URL");
    }

    private void write(String file, String content) throws IOException {
        var folder = file.equals("sources.list") ? apt : Files.createDirectories(apt.resolve("sources.list.d"));
        Files.writeString(folder.resolve(file), content);
    }

    private String mirror(Map<String, String> environment) throws Exception {
        return new Shell(Path.of(".."), Map.of("STAND_INS_APT", apt.toString()))
                .with(environment)
                .line(LIMIT, "./stand-ins mirror");
    }
}
