package dev.dolmen.server.data;

import dev.dolmen.v1.EventType;
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
 * @param type what the visitor did
 * @param repeat rows before it in its file that say the same of session, user, item, time and type
 * @param context values of {@link InteractionProfile#contexts}, in that order; empty where unknown
 */
public record Interaction(
    int part,
    long line,
    String session,
    String user,
    String item,
    double time,
    EventType type,
    long repeat,
    List<String> context) {

  /** This, as one of several that say the same. */
  Interaction withRepeat(long other) {
    return new Interaction(part, line, session, user, item, time, type, other, context);
  }

  /** This, with other copies of the same texts. */
  public Interaction withTexts(
      String sameSession, String sameUser, String sameItem, List<String> sameContext) {
    return new Interaction(
        part, line, sameSession, sameUser, sameItem, time, type, repeat, sameContext);
  }
}
