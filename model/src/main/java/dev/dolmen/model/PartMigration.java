package dev.dolmen.model;

/**
 * What becomes of a part of the dense parameters when a model goes on in another shape.
 *
 * @param part its name
 * @param kept floats that are taken over
 * @param floats that it has
 * @param reason why not all are, for people; empty if all are
 */
public record PartMigration(String part, int kept, int floats, String reason) {}
