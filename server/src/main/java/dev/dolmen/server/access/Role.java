package dev.dolmen.server.access;

import java.util.Locale;

/** What a caller may do. None includes another: who may do several things has several roles. */
public enum Role {
  /** Asks: recommendations, scores, similar items, items of the catalogue. */
  READ,
  /** Publishes events. */
  PUBLISH,
  /** Upserts and deletes items. */
  CATALOG,
  /** Asks for the server's status, takes snapshots, lists the services. */
  ADMIN;

  /** As configuration files, keys and messages spell it. */
  public String spelled() {
    return name().toLowerCase(Locale.ROOT);
  }
}
