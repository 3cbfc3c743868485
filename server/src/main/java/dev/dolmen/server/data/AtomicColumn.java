package dev.dolmen.server.data;

import java.util.Locale;

/**
 * One column of an atomic file, as its header declares it: {@code name:type}.
 *
 * @param name unique in its file
 * @param type what its fields hold
 */
public record AtomicColumn(String name, Type type) {
  /** What a field holds. */
  public enum Type {
    /** One token. */
    TOKEN,
    /** Tokens separated by single spaces. */
    TOKEN_SEQ,
    /** A finite number. */
    FLOAT,
    /** Finite numbers separated by single spaces. */
    FLOAT_SEQ;

    /** As headers write it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
