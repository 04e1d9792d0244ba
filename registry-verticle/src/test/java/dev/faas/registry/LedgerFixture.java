package dev.faas.registry;

import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** New backends and the parts that write the ledger, for each test. */
abstract class LedgerFixture {
    @TempDir
    Path directory;

    @AutoClose
    LedgerParts parts;

    @BeforeEach
    void startParts() throws Exception {
        parts = new LedgerParts(directory);
    }
}
