import dev.faas.client.ApiClient;
import dev.faas.client.ApiException;
import dev.faas.client.api.AccountsApi;
import dev.faas.client.api.ActivationsApi;
import dev.faas.client.api.FunctionsApi;
import dev.faas.client.model.FunctionDefinition;
import dev.faas.client.model.Login;
import dev.faas.client.model.Problem;
import dev.faas.client.model.Registration;
import dev.faas.client.model.Status;
import dev.faas.client.model.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;

/** What a user of the generated client writes. It prints what the platform answered. */
public class Story {
    private static ApiClient client;

    private interface Call {
        void send() throws ApiException;
    }

    /** Arguments: the address of the platform, and an image whose command prints its argument. */
    public static void main(String[] args) throws Exception {
        client = new ApiClient();
        client.updateBaseUri(args[0]);
        var accounts = new AccountsApi(client);
        var password = "correct horse battery";
        var account = accounts.register(new Registration().username("generated").password(password), null);
        System.out.println("registered " + account.getUsername());
        var tokens = accounts.login(new Login().username("generated").password(password), null);
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + tokens.getAccessToken()));

        var functions = new FunctionsApi(client);
        var definition = new FunctionDefinition().name("echo").image(args[1]);
        var function = functions.createFunction(definition, null, null);
        System.out.println("created " + function.getName() + " at revision " + function.getRevision());

        var activations = new ActivationsApi(client);
        var submission = new Submission().argument("hello");
        var first = activations.submitActivation("echo", null, null, "key-1", null, null, null, submission);
        var again = activations.submitActivation("echo", null, null, "key-1", null, null, null, submission);
        System.out.println("submitted once: " + first.getActivationId().equals(again.getActivationId()));
        var end = Instant.now().plus(Duration.ofMinutes(1));
        var ended = activations.getActivation(first.getActivationId(), 60, null, null);
        while (ended.getStatus() == Status.QUEUED || ended.getStatus() == Status.RUNNING) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("it does not end: " + ended);
            }
            ended = activations.getActivation(first.getActivationId(), 60, null, null);
        }
        System.out.println(ended.getStatus() + " with exit code " + ended.getExitCode());
        var result = activations.getResult(first.getActivationId(), null, null, null, null, null).toPath();
        System.out.println("result " + Files.readString(result).strip());
        Files.delete(result);

        printProblem(() -> functions.createFunction(definition, null, null));
        printProblem(() -> functions.getFunction("nothing", null, null, null));
        printProblem(() -> functions.createFunction(new FunctionDefinition().name("NO").image(args[1]), null, null));
    }

    private static void printProblem(Call call) throws IOException {
        try {
            call.send();
        } catch (ApiException refused) {
            var problem = client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
            var fields = problem.getErrors().isEmpty() ? "" : " " + problem.getErrors().getFirst().getField();
            System.out.println("refused " + problem.getStatus() + " " + problem.getCode() + fields);
        }
    }
}
