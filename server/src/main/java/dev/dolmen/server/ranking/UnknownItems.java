package dev.dolmen.server.ranking;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The items of one request that are neither in the catalogue nor given with it: left out and
 * listed, or refused where the request asks for that. Reused; one thread.
 */
final class UnknownItems {
  private final Set<String> ids = new LinkedHashSet<>();
  private boolean strict = true;

  /**
   * Begins a request.
   *
   * @param refuse whether an unknown item is refused
   */
  void begin(boolean refuse) {
    strict = refuse;
    ids.clear();
  }

  /**
   * The request names an item that there is none of.
   *
   * @param field path of the field in the request
   * @throws UnknownItemException if the request is strict
   */
  void add(String field, String itemId) {
    if (strict) {
      throw new UnknownItemException(field, itemId);
    }
    ids.add(itemId);
  }

  /** Each once, in the order in which the request names them first. */
  List<String> ids() {
    return List.copyOf(ids);
  }
}
