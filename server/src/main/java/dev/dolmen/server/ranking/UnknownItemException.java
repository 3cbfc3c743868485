package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.ShownText;

/** A request names an item that is neither in the catalogue nor given with it. */
public final class UnknownItemException extends RuntimeException {
  private final String field;
  private final String itemId;

  /**
   * @param field path of the field in the request
   */
  public UnknownItemException(String field, String itemId) {
    super(field + ": no item \"" + ShownText.of(itemId) + "\" in the catalogue");
    this.field = field;
    this.itemId = itemId;
  }

  /** Path of the field in the request. */
  public String field() {
    return field;
  }

  /** The id that nothing has. */
  public String itemId() {
    return itemId;
  }
}
