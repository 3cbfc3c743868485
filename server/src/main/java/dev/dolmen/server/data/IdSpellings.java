package dev.dolmen.server.data;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the same id in another spelling: 1007.0 and 1007, SKU-7 and sku-7, 007 and 7. */
final class IdSpellings {
  private IdSpellings() {}

  /** Two ids that are spelled differently. */
  record Pair(String here, String there) {}

  /**
   * The first id that has another spelling elsewhere.
   *
   * @param ids in the order in which they are tried
   */
  static Optional<Pair> find(Iterable<String> ids, Set<String> elsewhere) {
    Map<String, String> bySpelling = new HashMap<>();
    for (String id : elsewhere) {
      bySpelling.putIfAbsent(plain(id), id);
    }
    for (String id : ids) {
      String other = bySpelling.get(plain(id));
      if (other != null) {
        return Optional.of(new Pair(id, other));
      }
    }
    return Optional.empty();
  }

  private static String plain(String id) {
    String plain = id.strip().toLowerCase(Locale.ROOT).replaceFirst("\\.0+$", "");
    plain = plain.replaceAll("[\\s_\"'-]", "");
    return plain.replaceFirst("^0+(?=.)", "");
  }
}
