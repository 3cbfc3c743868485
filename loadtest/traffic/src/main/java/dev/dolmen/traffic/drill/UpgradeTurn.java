package dev.dolmen.traffic.drill;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What happens to a server between its end and its next start. */
enum UpgradeTurn {
  /** It was of an earlier version, and is of this one. */
  VERSION,
  /**
   * It has learned the next clicks; it and this version learn the same ones again, each from where
   * it stood before them.
   */
  NEXT_CLICKS,
  /** It is stopped in order, and started as it was. */
  RESTART,
  /** It is killed, as {@code kill -9} does, and started as it was. */
  KILL,
  /** Slots may have more rows, and rows without an occurrence go after another time. */
  BOUNDS,
  /** A slot comes. */
  SLOT_ADDED,
  /** A slot goes, with what was learned of it. */
  SLOT_REMOVED,
  /** Half of the items' rows have to go. */
  FEWER_ROWS,
  /** Vectors of items and visits are of another width. */
  WIDTH;

  /** Those of one version, in their order. */
  static List<UpgradeTurn> ofOneVersion() {
    return Arrays.stream(values()).filter(turn -> turn != VERSION && turn != NEXT_CLICKS).toList();
  }

  /** The name on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String labels() {
    return ofOneVersion().stream().map(UpgradeTurn::label).collect(Collectors.joining(", "));
  }

  /**
   * What is wrong with what a start does to a directory; empty if it is what the turn is to bring
   * about. A later version may migrate what it likes.
   */
  String unexpected(List<MigratedPart> migrated) {
    boolean fits =
        switch (this) {
          case VERSION, NEXT_CLICKS -> true;
          case RESTART, KILL -> migrated.isEmpty();
          case BOUNDS ->
              !migrated.isEmpty()
                  && migrated.stream().allMatch(part -> part.kept() == part.before());
          case SLOT_ADDED -> has(migrated, "slot " + UpgradeShape.ADDED, "comes");
          case SLOT_REMOVED -> has(migrated, "slot " + UpgradeShape.REMOVED, "goes");
          case FEWER_ROWS ->
              migrated.stream()
                  .anyMatch(part ->
                      part.part().equals("slot " + UpgradeShape.ITEMS)
                          && part.kept() > 0
                          && part.kept() < part.before());
          case WIDTH ->
              migrated.stream()
                  .anyMatch(
                      part -> part.part().startsWith("model, ") && part.kept() < part.before());
        };
    return fits ? "" : "a start would not do what was expected, but: " + migrated;
  }

  private static boolean has(List<MigratedPart> migrated, String part, String outcome) {
    return migrated.stream().anyMatch(m -> m.part().equals(part) && m.outcome().equals(outcome));
  }
}
