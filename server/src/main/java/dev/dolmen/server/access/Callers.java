package dev.dolmen.server.access;

import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Knows a caller by what it sends. */
final class Callers {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  static final String SCHEME = "Bearer ";

  private final ApiKeys keys;
  private final @Nullable Tokens tokens;
  private final @Nullable Certificates certificates;

  /**
   * @param tokens null if none are taken
   * @param certificates null if clients are not asked for one
   */
  Callers(ApiKeys keys, @Nullable Tokens tokens, @Nullable Certificates certificates) {
    this.keys = keys;
    this.tokens = tokens;
    this.certificates = certificates;
  }

  /** Whether anything is asked for. */
  boolean areAsked() {
    return keys.exist() || tokens != null || certificates != null;
  }

  /**
   * Finds out who calls: by what the call says, or else by whose connection it is.
   *
   * @param session of TLS; null without
   * @throws Refusal if that is not known
   */
  Proof prove(Metadata headers, @Nullable SSLSession session) throws Refusal {
    if (!areAsked()) {
      return Proof.NONE_NEEDED;
    }
    List<String> authorizations = values(headers);
    return authorizations.isEmpty() && session != null && certificatesCount()
        ? prove(session)
        : prove(authorizations);
  }

  /** What is mapped to no role stands for all of them, but not where there are keys or tokens. */
  private boolean certificatesCount() {
    return certificates != null && (certificates.areMapped() || (!keys.exist() && tokens == null));
  }

  private Proof prove(SSLSession session) throws Refusal {
    Optional<Principal> shown =
        certificates == null ? Optional.empty() : certificates.principal(session);
    if (shown.isEmpty()) {
      throw Refusal.unknown(
          "the call has no key, and the certificate has none of the names in"
              + " server.access.certificates");
    }
    return Proof.forever(shown.get());
  }

  /** Two could be read differently by two readers, so one is expected. */
  Proof prove(List<String> authorizations) throws Refusal {
    if (authorizations.isEmpty()) {
      throw Refusal.unknown("the call has no key");
    }
    if (authorizations.size() > 1) {
      throw Refusal.unknown("the call has " + authorizations.size() + " authorizations");
    }
    String value = authorizations.getFirst();
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw Refusal.unknown("the authorization is none of the scheme Bearer");
    }
    String shown = value.substring(SCHEME.length()).strip();
    if (tokens != null && !shown.startsWith(KeyText.PREFIX)) {
      return tokens.prove(shown);
    }
    Optional<KeyText> key = KeyText.parse(shown);
    if (key.isEmpty()) {
      throw Refusal.unknown("the authorization holds no key of Dolmen");
    }
    return keys.prove(key.get());
  }

  private static List<String> values(Metadata headers) {
    Iterable<String> sent = headers.getAll(AUTHORIZATION);
    List<String> values = new ArrayList<>();
    if (sent != null) {
      sent.forEach(values::add);
    }
    return values;
  }
}
