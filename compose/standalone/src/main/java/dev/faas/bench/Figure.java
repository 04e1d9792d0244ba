package dev.faas.bench;

/** One number of a report that is not a duration of many. */
record Figure(String what, double value, String unit) {}
