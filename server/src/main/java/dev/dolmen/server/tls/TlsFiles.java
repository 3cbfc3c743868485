package dev.dolmen.server.tls;

import dev.dolmen.server.config.ServerConfig.TlsConfig;
import dev.dolmen.server.reload.UnusableFileException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** The files that a server's configuration names for TLS. Stateless: each call reads them. */
public final class TlsFiles {
  private final TlsFile certificate;
  private final TlsFile key;
  private final TlsFile authorities;

  private TlsFiles(TlsFile certificate, TlsFile key, TlsFile authorities) {
    this.certificate = certificate;
    this.key = key;
    this.authorities = authorities;
  }

  /**
   * @param config with TLS enabled
   */
  TlsFiles(TlsConfig config) {
    this(
        new TlsFile("server.tls.certificate_file", config.certificateFile()),
        new TlsFile("server.tls.private_key_file", config.privateKeyFile()),
        new TlsFile("server.tls.client_authorities_file", config.clientAuthoritiesFile()));
  }

  /** What the files hold; equal as long as nothing has changed. */
  record Contents(String certificate, String key, String authorities) {}

  /**
   * What a server speaks TLS with.
   *
   * @param authorities of clients; empty if these are not asked for a certificate
   */
  record Settings(TlsIdentity identity, List<X509Certificate> authorities) {
    /**
     * A context of its own.
     *
     * @param http2 whether gRPC speaks through it; else HTTP/1.1 does, and nothing is negotiated
     */
    SslContext context(boolean http2) throws SSLException {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
              identity.key(), identity.chain().toArray(X509Certificate[]::new));
      if (!authorities.isEmpty()) {
        builder
            .trustManager(authorities.toArray(X509Certificate[]::new))
            .clientAuth(ClientAuth.REQUIRE);
      }
      return (http2 ? GrpcSslContexts.configure(builder) : builder).build();
    }
  }

  /**
   * Finds out whether a server could speak TLS with what the configuration names.
   *
   * @return a warning, if the certificate expires soon; nothing without TLS
   * @throws UnusableFileException if files cannot be read, or what they hold cannot be used or does
   *     not fit together; names all of it
   */
  public static Optional<String> check(TlsConfig config, Instant now) throws UnusableFileException {
    if (!config.enabled()) {
      return Optional.empty();
    }
    TlsFiles files = new TlsFiles(config);
    return files.warning(files.settings(files.read(), now).identity(), now);
  }

  /**
   * Finds out whether a client could show a certificate.
   *
   * @throws UnusableFileException as {@link #check}
   */
  public static void checkPair(TlsFile certificate, TlsFile key, Instant now)
      throws UnusableFileException {
    TlsFiles files = new TlsFiles(certificate, key, new TlsFile("", ""));
    files.settings(files.read(), now);
  }

  /**
   * What a client speaks TLS with: it trusts some authorities, those of the JDK if none are named,
   * and shows a certificate, if one is named.
   *
   * @throws UnusableFileException as {@link #check}
   */
  public static SSLContext clientContext(
      Optional<TlsFile> authorities,
      Optional<TlsFile> certificate,
      Optional<TlsFile> key,
      Instant now)
      throws UnusableFileException {
    List<X509Certificate> trusted =
        authorities.isPresent() ? authorities.get().certificates() : List.of();
    TlsIdentity shown = null;
    if (certificate.isPresent() && key.isPresent()) {
      TlsFiles files = new TlsFiles(certificate.get(), key.get(), new TlsFile("", ""));
      shown = files.settings(files.read(), now).identity();
    }
    return ClientContext.of(trusted, shown);
  }

  /** Says that the certificate ends soon. */
  Optional<String> warning(TlsIdentity identity, Instant now) {
    return identity.endsSoon(now).map(certificate::says);
  }

  /** Reads the files; those that are not configured are empty. */
  Contents read() throws UnusableFileException {
    List<String> problems = new ArrayList<>();
    String certificateText = collect(problems, certificate::read, "");
    String keyText = collect(problems, key::read, "");
    String authoritiesText =
        authorities.path().isEmpty() ? "" : collect(problems, authorities::read, "");
    refuse(problems);
    return new Contents(certificateText, keyText, authoritiesText);
  }

  /** What they come to at {@code now}. */
  Settings settings(Contents contents, Instant now) throws UnusableFileException {
    List<String> problems = new ArrayList<>();
    List<X509Certificate> chain =
        collect(problems, () -> certificate.certificates(contents.certificate), List.of());
    Optional<PrivateKey> secret =
        collect(problems, () -> Optional.of(key.privateKey(contents.key)), Optional.empty());
    List<X509Certificate> trusted =
        authorities.path().isEmpty()
            ? List.of()
            : collect(problems, () -> authorities.certificates(contents.authorities), List.of());
    if (chain.isEmpty() || secret.isEmpty()) {
      throw new UnusableFileException(problems);
    }
    TlsIdentity identity = new TlsIdentity(chain, secret.get());
    identity.notValid(now).ifPresent(why -> problems.add(certificate.says(why)));
    if (!identity.belongTogether()) {
      problems.add(
          key.says("the key does not belong to the first certificate in " + certificate.path()));
    }
    refuse(problems);
    return new Settings(identity, trusted);
  }

  private interface Reading<T> {
    T read() throws UnusableFileException;
  }

  private static <T> T collect(List<String> problems, Reading<T> reading, T otherwise) {
    try {
      return reading.read();
    } catch (UnusableFileException e) {
      problems.add(String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  private static void refuse(List<String> problems) throws UnusableFileException {
    if (!problems.isEmpty()) {
      throw new UnusableFileException(problems);
    }
  }
}
