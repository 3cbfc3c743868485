package dev.dolmen.server.access;

import java.util.Set;

/**
 * What a name stands for.
 *
 * @param name of a client's certificate (the common name of its subject, or a DNS name or URI among
 *     its alternative names), or of what a token's claim lists, such as a group
 * @param roles of whose it is
 */
public record NamedRoles(String name, Set<Role> roles) {
  /** Copies the roles. */
  public NamedRoles {
    roles = Set.copyOf(roles);
  }
}
