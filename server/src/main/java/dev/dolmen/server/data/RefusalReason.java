package dev.dolmen.server.data;

import java.util.Locale;

/** Why a line of a data file, or a value in it, is not taken. */
public enum RefusalReason {
  /** The file cannot be read on from here; nothing can be left out. */
  FILE(Kind.BROKEN, "the file cannot be read"),
  /** Another number of fields than the header has columns. */
  FIELDS(Kind.BROKEN, "another number of fields than columns"),
  /** Bytes that are no UTF-8. */
  ENCODING(Kind.BROKEN, "not UTF-8"),
  /** A carriage return within the line. */
  LINE_END(Kind.BROKEN, "a carriage return within the line"),
  /** No value where there must be one. */
  EMPTY(Kind.BROKEN, "a value is missing"),
  /** A field of a column of numbers that holds none. */
  NUMBER(Kind.BROKEN, "not a number"),
  /** A time that is none: zero, negative, before 1976, after 2100, no date. */
  TIME(Kind.STRAY, "a time that cannot be"),
  /** A time in another unit than nearly all others. */
  TIME_UNIT(Kind.STRAY, "a time in another unit"),
  /** A time after now. */
  FUTURE(Kind.STRAY, "a time in the future"),
  /** An id of too many bytes. */
  TOO_LONG(Kind.STRAY, "an id that is too long"),
  /** An event type that has no meaning here. */
  EVENT_TYPE(Kind.STRAY, "an unknown event type"),
  /** An item that the schema does not take. */
  ITEM(Kind.STRAY, "an item that the schema does not take"),
  /** A value that is left out; the rest of its line is taken. */
  VALUE(Kind.VALUE, "a value that is left out"),
  /** Shown and not clicked, by the label, rating or event type: nothing is wrong with it. */
  NOT_A_CLICK(Kind.NO_CLICK, "shown, not clicked");

  /** What follows from a refusal. */
  private enum Kind {
    BROKEN,
    STRAY,
    VALUE,
    NO_CLICK
  }

  private final Kind kind;
  private final String words;

  RefusalReason(Kind kind, String words) {
    this.kind = kind;
    this.words = words;
  }

  /** Whether a single such line ends a command that was not told to leave broken lines out. */
  public boolean isBroken() {
    return kind == Kind.BROKEN;
  }

  /** Whether the line is left out for its content, and the others are learned. */
  public boolean isStray() {
    return kind == Kind.STRAY;
  }

  /** Places that are shown of it: of what must be mended more than of what is left out. */
  public int placesShown() {
    return isBroken() ? Refusals.EXAMPLES_MAX : 3;
  }

  /** In words. */
  public String words() {
    return words;
  }

  /** As JSON and files of refused lines write it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
