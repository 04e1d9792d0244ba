package dev.faas.bench.measure;

/** Holds one single number of a report. */
public record Figure(String what, double value, String unit) {}
