package dev.faas.config;

import dev.faas.wire.ImagePattern;
import dev.faas.wire.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says which images functions may have. Its settings are for everyone; where one is not set, what admins have written is
 * judged as in the profile {@code private}.
 *
 * @param allow images that may be asked for in their registries
 * @param local images that may be used as they are on a Docker host, wherever they came from
 * @param login images that are asked for with the platform's logins to registries
 * @param requireDigest a name must end in a digest, so that a registry cannot change the image
 */
public record ImagePolicy(Rule allow, Rule local, Rule login, boolean requireDigest) {
    /** Allows everything. */
    public static final ImagePolicy ANY = new ImagePolicy(Rule.ANY, Rule.ANY, Rule.ANY, false);

    /** One setting: for functions that an admin has written, and for others. */
    public record Rule(Patterns others, Patterns admins) {
        static final Rule ANY = new Rule(Patterns.ANY, Patterns.ANY);

        Patterns of(boolean byAdmin) {
            return byAdmin ? admins : others;
        }
    }

    /** @param innerHosts whether a star in a host's place stands for addresses and names without a dot, too */
    public record Patterns(List<ImagePattern> patterns, boolean innerHosts) {
        static final Patterns ANY =
                new Patterns(ImagePattern.parse(ImagePattern.ANY).stream().toList(), true);

        public Patterns {
            patterns = List.copyOf(patterns);
        }

        boolean match(ImageReference image) {
            boolean starStandsForHost = innerHosts || !ImagePattern.isInnerHost(image.host());
            return patterns.stream()
                    .anyMatch(pattern -> pattern.matches(image) && (pattern.host() != null || starStandsForHost));
        }
    }

    public static ImagePolicy from(Env env) {
        var profile = Profile.from(env);
        boolean innerHosts = profile == Profile.PRIVATE;
        return new ImagePolicy(
                rule(
                        env,
                        "FAAS_IMAGE_ALLOW",
                        profile.choose(ImagePattern.ANY, ImagePattern.ALL_OF_DOCKER),
                        innerHosts,
                        "images that functions may have: names with * for one part and ** for any number"),
                rule(
                        env,
                        "FAAS_IMAGE_LOCAL",
                        profile.choose(ImagePattern.ANY, ""),
                        true,
                        "images on the Docker host that every user may run, as FAAS_IMAGE_ALLOW"),
                rule(
                        env,
                        "FAAS_IMAGE_LOGIN",
                        profile.choose(ImagePattern.ANY, ""),
                        true,
                        "images that every user gets with the platform's logins, as FAAS_IMAGE_ALLOW"),
                env.flag("FAAS_IMAGE_REQUIRE_DIGEST", false, "refuses images that are not named by their digest"));
    }

    private static Rule rule(Env env, String name, String fallback, boolean innerHosts, String doc) {
        var chosen = env.optional(name, fallback, doc);
        var others = new Patterns(read(env, name, chosen.orElse(fallback)), innerHosts);
        return new Rule(others, chosen.isPresent() ? others : Patterns.ANY);
    }

    private static List<ImagePattern> read(Env env, String name, String text) {
        var patterns = new ArrayList<ImagePattern>();
        for (var each : text.strip().split("[\\s,]+")) {
            var pattern = ImagePattern.parse(each);
            if (pattern.isEmpty() && !each.isEmpty()) {
                env.addProblem(
                        name,
                        "must be patterns such as @docker/** or registry.example/team/*, with a comma between two, not '"
                                + each + "'");
            }
            pattern.ifPresent(patterns::add);
        }
        return patterns;
    }

    public boolean mayPull(ImageReference image, boolean byAdmin) {
        return allow.of(byAdmin).match(image);
    }

    /** Whether an image that a Docker host has under this name may be used without asking its registry. */
    public boolean mayUseLocal(ImageReference image, boolean byAdmin) {
        return local.of(byAdmin).match(image);
    }

    public boolean mayUseLogin(ImageReference image, boolean byAdmin) {
        return login.of(byAdmin).match(image);
    }

    /** Why a function may not have this image; empty if it may. It depends on the name alone. */
    public Optional<String> refusal(ImageReference image, boolean byAdmin) {
        if (requireDigest && image.digest() == null) {
            return Optional.of("must be named by its digest on this platform, such as " + image.repository()
                    + "@sha256:…, so that it stays the same");
        }
        if (mayPull(image, byAdmin) || mayUseLocal(image, byAdmin)) {
            return Optional.empty();
        }
        var patterns = Stream.of(allow, local)
                .flatMap(rule -> rule.of(byAdmin).patterns().stream())
                .map(ImagePattern::text)
                .distinct()
                .collect(Collectors.joining(", "));
        var inner = ImagePattern.isInnerHost(image.host())
                ? " A registry that is an address or has no dot must be named in full by one of them."
                : "";
        return Optional.of("is not allowed on this platform. Allowed: " + patterns
                + " (@docker is Docker's own registry)." + inner
                + " Choose such an image, or ask the operator for another pattern");
    }
}
