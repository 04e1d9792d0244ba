package dev.faas.spawner.docker.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import dev.faas.spawner.engine.EngineFault;
import java.util.regex.Pattern;

/** Reports that the Docker daemon answered with an error. The message is the daemon's own. */
public final class DockerRefusal extends EngineFault {

    private static final Pattern STATUS = Pattern.compile("^Status \\d+: ");

    private final int status;

    public DockerRefusal(DockerException answer) {
        super(message(answer), answer);
        this.status = answer.getHttpStatus();
    }

    public boolean isNotFound() {
        return status == 404;
    }

    /** The object is already in the wanted state, or changes to it: stopped, being removed. */
    public boolean isConflict() {
        return status == 409 || status == 304;
    }

    public boolean isBadRequest() {
        return status == 400;
    }

    private static String message(DockerException answer) {
        var text = STATUS.matcher(String.valueOf(answer.getMessage())).replaceFirst("");
        try {
            return new ObjectMapper()
                    .readTree(text)
                    .path("message")
                    .asText(text)
                    .strip();
        } catch (JsonProcessingException e) {
            return text.strip(); // an older daemon, or a proxy before it, answers in plain text
        }
    }
}
