package dev.dolmen.server.data;

import java.util.List;

/**
 * One row of an interaction file.
 *
 * @param part index of its file in {@link RecBoleDataset#parts}
 * @param line its line in that file, from 1; with {@code part} its identity
 * @param session the visit
 * @param user the visitor; empty where unknown
 * @param item the item clicked
 * @param time as it stands in the file; {@link TimeScale} says what it means
 * @param context values of {@link InteractionProfile#contexts}, in that order; empty where unknown
 */
public record Interaction(
    int part,
    long line,
    String session,
    String user,
    String item,
    double time,
    List<String> context) {}
