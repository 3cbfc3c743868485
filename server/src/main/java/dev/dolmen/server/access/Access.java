package dev.dolmen.server.access;

import dev.dolmen.server.reload.UnusableFileException;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a running server knows its callers and what they may do. */
public final class Access implements Closeable {
  private static final String KEYS_SETTING = "server.access.keys_file";

  private static final Logger LOG = LoggerFactory.getLogger(Access.class);

  private final AccessOptions options;
  private final ApiKeys keys;
  private final @Nullable Tokens tokens;
  private final Callers callers;
  private final InstantSource clock;

  private Access(
      AccessOptions options,
      ApiKeys keys,
      @Nullable Tokens tokens,
      @Nullable Certificates certificates,
      InstantSource clock) {
    this.options = options;
    this.keys = keys;
    this.tokens = tokens;
    callers = new Callers(keys, tokens, certificates);
    this.clock = clock;
  }

  /**
   * Reads the files that are named, and begins to look after them.
   *
   * @param dataDirectory where keys are if no other file is named
   * @param clientCertificates whether clients are asked for one
   * @throws UnusableFileException if a file cannot be used
   */
  public static Access open(
      AccessOptions options, Path dataDirectory, boolean clientCertificates, InstantSource clock)
      throws UnusableFileException {
    Access access = read(options, dataDirectory, clientCertificates, clock);
    access.keys.start();
    return access;
  }

  /**
   * Finds out whether a server could be opened with these.
   *
   * @return whether it would ask callers who they are
   * @throws UnusableFileException as {@link #open}
   */
  public static boolean check(
      AccessOptions options, Path dataDirectory, boolean clientCertificates, InstantSource clock)
      throws UnusableFileException {
    try (Access access = read(options, dataDirectory, clientCertificates, clock)) {
      return access.isAsked();
    }
  }

  private static Access read(
      AccessOptions options, Path dataDirectory, boolean clientCertificates, InstantSource clock)
      throws UnusableFileException {
    ApiKeys keys =
        new ApiKeys(keyFile(options, dataDirectory), !options.keysFile().isEmpty(), clock);
    JwtOptions jwt = options.jwt();
    return new Access(
        options,
        keys,
        jwt.enabled() ? Tokens.open(jwt, clock) : null,
        clientCertificates ? new Certificates(options.certificates()) : null,
        clock);
  }

  /** Where a server keeps its keys. */
  public static KeyFile keyFile(AccessOptions options, Path dataDirectory) {
    return options.keysFile().isEmpty()
        ? new KeyFile(KEYS_SETTING, dataDirectory.resolve("keys"))
        : new KeyFile(KEYS_SETTING, Path.of(options.keysFile()));
  }

  /** Whether callers have to prove who they are. */
  public boolean isAsked() {
    return callers.areAsked();
  }

  /** Whether callers have to prove who they are to read the metrics. */
  public boolean isAskedForMetrics() {
    return options.metrics() == AccessOptions.Metrics.KEY && isAsked();
  }

  /**
   * Why whoever sends these authorizations may not read the metrics; empty if they may. May wait
   * for an issuer.
   */
  public Optional<Refusal> refuseMetrics(List<String> authorizations) {
    try {
      Principal caller = callers.prove(authorizations).principal();
      return caller.may(Role.READ) || caller.may(Role.ADMIN)
          ? Optional.empty()
          : Optional.of(Refusal.missing(caller, Role.READ, "/metrics"));
    } catch (Refusal e) {
      return Optional.of(e);
    }
  }

  /**
   * What stands before every service.
   *
   * @param refusals is told whom it does not let in
   */
  public ServerInterceptor gate(RefusedCalls refusals, MeterRegistry meters) {
    return new Gate(callers, refusals, meters);
  }

  /**
   * How people sign in to the console, besides by a key.
   *
   * @param told of each sign-in
   */
  public SignIn signIn(SignIns told) {
    return tokens == null || !options.signIn().enabled()
        ? SignIn.none()
        : SignIn.at(options.jwt(), options.signIn(), tokens, told, clock);
  }

  /** Looks after the files no more. */
  @Override
  public void close() {
    keys.close();
    try {
      if (tokens != null) {
        tokens.close();
      }
    } catch (IOException e) {
      LOG.warn("Closing failed", e);
    }
  }
}
