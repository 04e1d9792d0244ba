package dev.faas.auth.admin;

import dev.faas.wire.Problem;

/** The problems of registration and administration. */
final class AdminProblems {
    private AdminProblems() {}

    static Problem registrationClosed(Registration registration) {
        var invitation = registration == Registration.CLOSED
                ? "This platform takes no registrations: ask an admin for an account."
                : "This platform takes registrations with an invitation only: ask an admin for one, and send its code as"
                        + " 'invitation'.";
        return Problem.of(
                403,
                "registration_closed",
                "Registration closed",
                invitation
                        + " If there is no admin yet: the operator makes one with './faas admin create NAME', or with"
                        + " 'docker compose exec auth-service admin create NAME'.");
    }

    static Problem invitationInvalid() {
        return Problem.of(
                403,
                "invitation_invalid",
                "Invitation not valid",
                "This invitation was used, has expired, or is for another name. Ask an admin for a new one.");
    }

    static Problem codeInvalid() {
        return Problem.of(
                403,
                "code_invalid",
                "Code not valid",
                "This code was used, was replaced, or has expired. Ask an admin for a new one.");
    }

    static Problem usernameTaken(String username) {
        return Problem.of(
                409, "username_taken", "Username taken", "There is a user '" + username + "'. Choose another name.");
    }

    static Problem userNotFound(String ref) {
        return Problem.of(404, "user_not_found", "User not found", "There is no user '" + ref + "'.");
    }

    static Problem userDisabled(String username) {
        return Problem.of(
                409,
                "user_disabled",
                "User disabled",
                "The user '" + username + "' is disabled, so that a code could not be used. Enable the user first"
                        + " (PATCH /v1/admin/users/{user} with \"state\": \"active\").");
    }

    static Problem lastAdmin() {
        return Problem.of(
                409,
                "last_admin",
                "Last admin",
                "This is the only active admin. Give another user the role 'admin' first.");
    }
}
