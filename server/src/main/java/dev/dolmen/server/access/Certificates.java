package dev.dolmen.server.access;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Knows callers by the certificate of their connection, which TLS has checked: whose authority
 * signed it, and that the caller has its key. Looked at once for each connection.
 */
final class Certificates {
  private static final String SEEN = "dolmen.principal";
  private static final int DNS = 2;
  private static final int URI = 6;

  private final List<NamedRoles> mapping;

  /**
   * @param mapping of names; the first one that fits names the caller, and all that fit give roles;
   *     with an empty one every certificate stands for all roles
   */
  Certificates(List<NamedRoles> mapping) {
    this.mapping = List.copyOf(mapping);
  }

  /** Whether it is said what names stand for. */
  boolean areMapped() {
    return !mapping.isEmpty();
  }

  /** Whose connection it is; empty if no certificate was shown, or it stands for nobody. */
  Optional<Principal> principal(SSLSession session) {
    if (session.getValue(SEEN) instanceof Seen seen) {
      return seen.principal;
    }
    Optional<Principal> found = look(session);
    session.putValue(SEEN, new Seen(found));
    return found;
  }

  private record Seen(Optional<Principal> principal) {}

  private Optional<Principal> look(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? principal(names(certificate))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private Optional<Principal> principal(Set<String> names) {
    if (mapping.isEmpty()) {
      String first = names.isEmpty() ? "unnamed certificate" : names.iterator().next();
      return Optional.of(new Principal(first, Set.of(Role.values())));
    }
    List<NamedRoles> fitting = mapping.stream().filter(m -> names.contains(m.name())).toList();
    if (fitting.isEmpty()) {
      return Optional.empty();
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    fitting.forEach(m -> roles.addAll(m.roles()));
    return Optional.of(new Principal(fitting.getFirst().name(), roles));
  }

  /** Common names first, then alternative ones. */
  static Set<String> names(X509Certificate certificate) {
    Set<String> names = new LinkedHashSet<>();
    try {
      String subject = certificate.getSubjectX500Principal().getName();
      for (Rdn rdn : new LdapName(subject).getRdns().reversed()) {
        if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
          names.add(name);
        }
      }
      Collection<List<?>> alternative = certificate.getSubjectAlternativeNames();
      if (alternative != null) {
        for (List<?> each : alternative) {
          if (each.get(0) instanceof Integer kind
              && (kind == DNS || kind == URI)
              && each.get(1) instanceof String name) {
            names.add(name);
          }
        }
      }
    } catch (InvalidNameException | CertificateParsingException e) {
      return names; // Whoever signed it named nobody there.
    }
    return names;
  }
}
