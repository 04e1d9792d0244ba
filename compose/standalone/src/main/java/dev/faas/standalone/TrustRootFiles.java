package dev.faas.standalone;

import dev.faas.http.token.NewTrustRoot;
import dev.faas.local.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Keeps the trust root in the data directory, generated at the first start. */
record TrustRootFiles(Path privateHalf, Path publicHalf) {
    static final String PUBLIC = "FAAS_TRUST_ROOT_FILE";

    static TrustRootFiles readOrCreate(Path privateHalf) throws IOException {
        var files = new TrustRootFiles(privateHalf, privateHalf.resolveSibling(privateHalf.getFileName() + ".pub"));
        if (!Files.exists(privateHalf)) {
            var pair = NewTrustRoot.generate();
            SecretFile.write(files.publicHalf(), pair.publicKey());
            SecretFile.write(privateHalf, pair.privateKey());
        }
        return files;
    }

    Map<String, String> ofVerifiers() {
        return Map.of(PUBLIC, publicHalf.toString());
    }

    Map<String, String> ofAuth() {
        return Map.of(PUBLIC, publicHalf.toString(), "FAAS_TRUST_ROOT_KEY_FILE", privateHalf.toString());
    }
}
