package dev.dolmen.server.access;

import java.util.List;

/**
 * How a server knows its callers.
 *
 * @param keysFile with API keys; empty for {@code keys} in the data directory, if that is there
 * @param jwt whose tokens are taken
 * @param signIn how people sign in to the console at the issuer of tokens
 * @param certificates what names of client certificates stand for
 * @param metrics who may read the metrics
 * @param insecure whether a server that does not know its callers may listen where others reach it
 */
public record AccessOptions(
    String keysFile,
    JwtOptions jwt,
    SignInOptions signIn,
    List<NamedRoles> certificates,
    Metrics metrics,
    boolean insecure) {
  /** Who may read {@code /metrics}, where callers are asked who they are; probes are open. */
  public enum Metrics {
    /** Who shows a key or token with the role read or admin. */
    KEY,
    /** Whoever reaches the port. */
    OPEN
  }

  /** Copies the list. */
  public AccessOptions {
    certificates = List.copyOf(certificates);
  }

  /** This, for a server that may let everybody in. */
  public AccessOptions withInsecure() {
    return new AccessOptions(keysFile, jwt, signIn, certificates, metrics, true);
  }
}
