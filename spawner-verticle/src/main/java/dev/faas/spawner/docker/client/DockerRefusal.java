package dev.faas.spawner.docker.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import dev.faas.spawner.engine.EngineFault;
import java.util.regex.Pattern;

/** The Docker daemon answered, with an error. The message is its own sentence. */
public final class DockerRefusal extends EngineFault {

    private static final Pattern STATUS = Pattern.compile("^Status \\d+: ");

    private final int status;

    public DockerRefusal(DockerException answer) {
        super(sentence(answer), answer);
        this.status = answer.getHttpStatus();
    }

    public boolean notFound() {
        return status == 404;
    }

    /** Something is the way it was to become, or about to: not running, being removed. */
    public boolean conflict() {
        return status == 409 || status == 304;
    }

    public boolean badRequest() {
        return status == 400;
    }

    private static String sentence(DockerException answer) {
        var text = STATUS.matcher(String.valueOf(answer.getMessage())).replaceFirst("");
        try {
            return new ObjectMapper()
                    .readTree(text)
                    .path("message")
                    .asText(text)
                    .strip();
        } catch (JsonProcessingException e) {
            return text.strip(); // a proxy in between, or an older daemon: plain text
        }
    }
}
