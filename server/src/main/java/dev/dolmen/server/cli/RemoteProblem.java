package dev.dolmen.server.cli;

import io.grpc.Status;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Why a server elsewhere gave no answer over HTTP, in words that a person can do something with.
 *
 * @param option that names the server
 * @param tls whether it was spoken to in TLS
 * @param files what was trusted and shown
 */
record RemoteProblem(String option, boolean tls, TrustFiles files) {
  private static final int CAUSES_MAX = 20;

  /** What the JDK says where it expected TLS. */
  private static final Pattern PLAIN_TEXT = Pattern.compile("nrecognized SSL message");

  /** Says it in one sentence. */
  String of(Throwable failure) {
    return secured(failure).or(() -> unreachable(failure)).orElseGet(() -> text(failure));
  }

  private Optional<String> secured(Throwable failure) {
    if (!tls) {
      boolean closed =
          has(failure, EOFException.class)
              || text(failure).contains("received no bytes")
              || text(failure).contains("Connection reset");
      return closed
          ? Optional.of(
              "the server closed the connection, as one does that speaks TLS: say https in "
                  + option
                  + " if it does")
          : Optional.empty();
    }
    if (has(failure, SSLException.class) && PLAIN_TEXT.matcher(text(failure)).find()) {
      return Optional.of("the server speaks no TLS: say http in " + option);
    }
    return new TlsFailure(true, files.trusted(), files.showsCertificate())
        .explain(Status.UNAVAILABLE.withCause(failure));
  }

  private static Optional<String> unreachable(Throwable failure) {
    if (has(failure, UnresolvedAddressException.class)
        || has(failure, UnknownHostException.class)) {
      return Optional.of("there is no host of that name");
    }
    if (failure instanceof HttpConnectTimeoutException) {
      return Optional.of("nobody answers there (no connection within 10 seconds)");
    }
    if (failure instanceof HttpTimeoutException) {
      return Optional.of("the server did not answer in time");
    }
    return has(failure, ConnectException.class)
        ? Optional.of(
            "nobody answers there (connection refused): is the server started, and is that its"
                + " server.http.port?")
        : Optional.empty();
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
      if (kind.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** What the causes say that say anything. */
  private static String text(Throwable failure) {
    StringBuilder said = new StringBuilder();
    Throwable cause = failure;
    for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
      if (cause.getMessage() != null && said.indexOf(cause.getMessage()) < 0) {
        said.append(said.isEmpty() ? "" : ": ").append(cause.getMessage());
      }
      cause = cause.getCause();
    }
    return said.isEmpty() ? failure.toString() : said.toString();
  }
}
