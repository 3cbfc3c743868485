package dev.dolmen.server.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a caller may do. None includes another: who may do several things has several roles. */
public enum Role {
  /** Asks: recommendations, scores, similar items, items of the catalogue. */
  READ,
  /** Publishes events. */
  PUBLISH,
  /** Upserts, patches and deletes items. */
  CATALOG,
  /** Asks for the server's status, takes snapshots, lists the services. */
  ADMIN;

  /** As configuration files, keys and messages spell it. */
  public String spelled() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role that is spelled so, if there is one. */
  public static Optional<Role> ofSpelled(String text) {
    return Arrays.stream(values()).filter(r -> r.spelled().equals(text)).findFirst();
  }

  /** All of them, for messages. */
  public static String allSpelled() {
    return spelled(Arrays.asList(values()));
  }

  /** Some of them, for messages. */
  public static String spelled(Collection<Role> roles) {
    return roles.stream().sorted().map(Role::spelled).collect(Collectors.joining(", "));
  }
}
