import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

void main() throws Exception {
    var key = Base64.getDecoder().decode(System.getenv("SECRET").replace("whsec_", ""));
    var port = Integer.parseInt(System.getenv("PORT"));
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", request -> {
        var headers = request.getRequestHeaders();
        var event = headers.getFirst("webhook-id");
        var at = headers.getFirst("webhook-timestamp");
        var body = request.getRequestBody().readAllBytes();
        var expected = ("v1," + Base64.getEncoder().encodeToString(hmac(key, event + "." + at + ".", body))).getBytes();
        var valid = Arrays.stream(headers.getFirst("webhook-signature").split(" "))
                        .anyMatch(it -> MessageDigest.isEqual(expected, it.getBytes()))
                && Math.abs(Instant.now().getEpochSecond() - Long.parseLong(at)) < 300;
        request.sendResponseHeaders(valid ? 204 : 401, -1);
        request.close();
        System.out.println(event + " " + (valid ? new String(body) : "refused"));
    });
    server.start();
}

byte[] hmac(byte[] key, String head, byte[] body) {
    try {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update(head.getBytes());
        return mac.doFinal(body);
    } catch (java.security.GeneralSecurityException e) {
        throw new IllegalStateException(e);
    }
}
