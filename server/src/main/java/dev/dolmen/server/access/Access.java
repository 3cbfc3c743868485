package dev.dolmen.server.access;

import dev.dolmen.server.reload.UnusableFileException;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a running server knows its callers and what they may do. */
public final class Access implements Closeable {
  private static final String KEYS_SETTING = "server.access.keys_file";

  private static final Logger LOG = LoggerFactory.getLogger(Access.class);

  private final ApiKeys keys;
  private final @Nullable Tokens tokens;
  private final Callers callers;

  private Access(ApiKeys keys, @Nullable Tokens tokens, @Nullable Certificates certificates) {
    this.keys = keys;
    this.tokens = tokens;
    callers = new Callers(keys, tokens, certificates);
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
        keys,
        jwt.enabled() ? Tokens.open(jwt, clock) : null,
        clientCertificates ? new Certificates(options.certificates()) : null);
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

  /**
   * What stands before every service.
   *
   * @param refusals is told whom it does not let in
   */
  public ServerInterceptor gate(RefusedCalls refusals, MeterRegistry meters) {
    return new Gate(callers, refusals, meters);
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
