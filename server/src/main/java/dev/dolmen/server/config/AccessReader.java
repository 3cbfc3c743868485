package dev.dolmen.server.config;

import dev.dolmen.server.access.AccessOptions;
import dev.dolmen.server.access.CertificateRoles;
import dev.dolmen.server.access.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads who may do what. */
final class AccessReader {
  private static final List<String> ROLES =
      Arrays.stream(Role.values()).map(Role::spelled).toList();

  private AccessReader() {}

  /**
   * @param clientAuthorities whether clients are asked for a certificate
   */
  static AccessOptions read(ConfigSection s, boolean clientAuthorities) {
    List<CertificateRoles> certificates =
        s.has("certificates") ? s.sections("certificates", AccessReader::certificate) : List.of();
    if (!certificates.isEmpty() && !clientAuthorities) {
      s.reject("certificates", "needs server.tls.client_authorities_file");
    }
    return new AccessOptions(s.text("keys_file", ""), certificates, s.flag("insecure", false));
  }

  private static CertificateRoles certificate(ConfigSection s) {
    String name = s.requiredText("name");
    Set<Role> roles =
        s.names("roles", ROLES).stream()
            .flatMap(role -> Role.ofSpelled(role).stream())
            .collect(Collectors.toSet());
    if (roles.isEmpty()) {
      s.reject("roles", "none: expected a list of " + Role.allSpelled());
    }
    return new CertificateRoles(name, roles);
  }
}
