package dev.dolmen.server.cli;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Optional;
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

  @Mixin private TrustFiles files = new TrustFiles();

  @Mixin private ServerKey access = new ServerKey();

  private boolean speaksTls() {
    return tls || files.named();
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
    files.check();
    return speaksTls() ? files.channelCredentials() : InsecureChannelCredentials.create();
  }

  /**
   * Says why a call did not come about, if that is for reasons of TLS or of the key; empty
   * otherwise.
   *
   * @param target {@code HOST:PORT}
   */
  public Optional<String> explain(String target, Status status) {
    return new TlsFailure(speaksTls(), files.trusted(), files.showsCertificate())
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
