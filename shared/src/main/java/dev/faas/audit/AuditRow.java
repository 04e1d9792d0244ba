package dev.faas.audit;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Describes a row of the audit log in the API. */
public record AuditRow(
        long seq,
        String at,
        String actor,
        String via,
        String action,
        @Nullable String target,
        @Nullable String project,
        String outcome,
        @Nullable String address,
        @Nullable String requestId,
        JsonNode changes) {}
