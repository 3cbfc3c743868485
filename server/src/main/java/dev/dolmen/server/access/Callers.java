package dev.dolmen.server.access;

import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Knows a caller by what it sends. */
final class Callers {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final String SCHEME = "bearer ";

  private final ApiKeys keys;

  Callers(ApiKeys keys) {
    this.keys = keys;
  }

  /** Whether anything is asked for. */
  boolean areAsked() {
    return keys.exist();
  }

  /**
   * Finds out who calls.
   *
   * @throws Refusal if that is not known
   */
  Proof prove(Metadata headers) throws Refusal {
    return areAsked() ? prove(values(headers)) : Proof.NONE_NEEDED;
  }

  /** Two could be read differently by two readers, so one is expected. */
  private Proof prove(List<String> authorizations) throws Refusal {
    if (authorizations.isEmpty()) {
      throw Refusal.unknown("the call has no key");
    }
    if (authorizations.size() > 1) {
      throw Refusal.unknown("the call has " + authorizations.size() + " authorizations");
    }
    String value = authorizations.getFirst();
    if (!value.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw Refusal.unknown("the authorization is none of the scheme Bearer");
    }
    Optional<KeyText> key = KeyText.parse(value.substring(SCHEME.length()).strip());
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
