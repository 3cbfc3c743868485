package dev.dolmen.server.cli;

import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.tls.TlsFile;
import dev.dolmen.server.tls.TlsFiles;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name files for TLS: whom a command trusts, and what it shows. */
final class TrustFiles {
  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Use TLS and trust the authorities in this PEM file.")
  private @Nullable File authorities;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "Use TLS and show the server this certificate (PEM); needs --key.")
  private @Nullable File certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The certificate's private key (PEM).")
  private @Nullable File key;

  /** Whether any of them says that TLS is to be spoken. */
  boolean named() {
    return authorities != null || certificate != null;
  }

  boolean showsCertificate() {
    return certificate != null;
  }

  /** Whose authorities are trusted, for messages. */
  String trusted() {
    return authorities == null ? "the system's authorities" : authorities.getPath();
  }

  /**
   * Goes on only if the files can be used.
   *
   * @throws CommandFailedException if one cannot, only one of certificate and key is given, or
   *     these do not belong together
   */
  void check() {
    if ((certificate == null) != (key == null)) {
      throw new CommandFailedException(
          2, "--certificate and --key: only one is given, expected both or none");
    }
    try {
      if (authorities != null) {
        new TlsFile("--ca", authorities.getPath()).certificates();
      }
      if (certificate != null && key != null) {
        TlsFiles.checkPair(
            new TlsFile("--certificate", certificate.getPath()),
            new TlsFile("--key", key.getPath()),
            InstantSource.system().instant());
      }
    } catch (UnusableFileException e) {
      throw new CommandFailedException(2, e);
    }
  }

  /**
   * For gRPC.
   *
   * @throws CommandFailedException if a file cannot be read
   */
  ChannelCredentials channelCredentials() {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (authorities != null) {
        credentials.trustManager(authorities);
      }
      if (certificate != null && key != null) {
        credentials.keyManager(certificate, key);
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          2, "--ca, --certificate, --key: cannot be read: " + e.getMessage());
    }
    return credentials.build();
  }

  /**
   * For HTTP: what trusts and shows the same.
   *
   * @throws CommandFailedException if a file cannot be used
   */
  SSLContext context() {
    try {
      return TlsFiles.clientContext(
          Optional.ofNullable(authorities).map(file -> new TlsFile("--ca", file.getPath())),
          Optional.ofNullable(certificate)
              .map(file -> new TlsFile("--certificate", file.getPath())),
          Optional.ofNullable(key).map(file -> new TlsFile("--key", file.getPath())),
          InstantSource.system().instant());
    } catch (UnusableFileException e) {
      throw new CommandFailedException(2, e);
    }
  }
}
