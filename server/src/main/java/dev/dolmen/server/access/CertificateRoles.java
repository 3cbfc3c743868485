package dev.dolmen.server.access;

import java.util.Set;

/**
 * What a client's certificate stands for.
 *
 * @param name one of the certificate's: the common name of its subject, or a DNS name or URI among
 *     its alternative names
 * @param roles of who shows it
 */
public record CertificateRoles(String name, Set<Role> roles) {
  /** Copies the roles. */
  public CertificateRoles {
    roles = Set.copyOf(roles);
  }
}
