package dev.faas.bench.measure;

/** One number of a report that is not a duration of many. */
public record Figure(String what, double value, String unit) {}
