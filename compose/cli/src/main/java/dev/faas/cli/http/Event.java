package dev.faas.cli.http;

/** A server-sent event. */
public record Event(String id, String type, String data) {}
