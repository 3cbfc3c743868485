package dev.dolmen.server.cli;

import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.tls.TlsFile;
import dev.dolmen.server.tls.TlsFiles;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options that say how a connection to a server is secured, which is plain text without any of
 * them, and what key is shown. Whoever connects to a server uses them, and says with {@link
 * #explain} why it did not come about.
 */
public final class ServerTrust {
  @Option(names = "--tls", description = "Use TLS and trust the system's authorities.")
  private boolean tls;

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

  @Mixin private ServerKey access = new ServerKey();

  private boolean speaksTls() {
    return tls || authorities != null || certificate != null;
  }

  /**
   * What adds the key to each call; nothing if there is no key.
   *
   * @param target {@code HOST:PORT}
   * @throws CommandFailedException if a key that was named cannot be read, or would be sent to
   *     another machine in plain text
   */
  public List<ClientInterceptor> interceptors(String target) {
    return access.interceptors(target, !speaksTls());
  }

  /**
   * What a channel to the server is made with.
   *
   * @throws CommandFailedException if a file cannot be used, only one of certificate and key is
   *     given, or these do not belong together
   */
  public ChannelCredentials credentials() {
    if ((certificate == null) != (key == null)) {
      throw new CommandFailedException(
          2, "--certificate and --key: only one is given, expected both or none");
    }
    if (!speaksTls()) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (authorities != null) {
        new TlsFile("--ca", authorities.getPath()).certificates();
        credentials.trustManager(authorities);
      }
      if (certificate != null && key != null) {
        TlsFiles.checkPair(
            new TlsFile("--certificate", certificate.getPath()),
            new TlsFile("--key", key.getPath()),
            InstantSource.system().instant());
        credentials.keyManager(certificate, key);
      }
    } catch (UnusableFileException e) {
      throw new CommandFailedException(2, e);
    } catch (IOException e) {
      throw new CommandFailedException(
          2, "--ca, --certificate, --key: cannot be read: " + e.getMessage());
    }
    return credentials.build();
  }

  /**
   * Says why a call did not come about, if that is for reasons of TLS or of the key; empty
   * otherwise.
   *
   * @param target {@code HOST:PORT}
   */
  public Optional<String> explain(String target, Status status) {
    String trusted = authorities == null ? "the system's authorities" : authorities.getPath();
    return new TlsFailure(speaksTls(), trusted, certificate != null)
        .explain(status)
        .or(() -> access.explain(target, status, !speaksTls()))
        .or(() -> unreachable(status));
  }

  /** gRPC says no more than "io exception" where nobody listens or the name leads nowhere. */
  private static Optional<String> unreachable(Status status) {
    if (status.getCode() != Status.Code.UNAVAILABLE) {
      return Optional.empty();
    }
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException || cause instanceof UnresolvedAddressException) {
        return Optional.of(
            "nobody answers there (connection refused): is the server started, and is that its"
                + " server.port? --server names another");
      }
      if (cause instanceof UnknownHostException) {
        return Optional.of("there is no host of that name");
      }
    }
    return Optional.empty();
  }
}
