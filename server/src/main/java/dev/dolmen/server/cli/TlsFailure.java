package dev.dolmen.server.cli;

import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Why two sides did not come to speak with one another, found in what gRPC, Netty and the JDK
 * leave: a status that says no more than "io exception", and a chain of causes.
 *
 * @param tls whether this side speaks TLS
 * @param trusted whose authorities it trusts, for the message
 * @param showsCertificate whether it shows a certificate of its own
 */
record TlsFailure(boolean tls, String trusted, boolean showsCertificate) {
  private static final Pattern OTHER_NAME =
      Pattern.compile("No subject alternative|No name matching|doesn't match");

  private static final Pattern CLOSED = Pattern.compile("Connection reset|Broken pipe");

  private static final Pattern REFUSED =
      Pattern.compile(
          "(?i)certificate_required|bad_certificate|certificate_unknown|unknown_ca|"
              + "certificate_expired|Received fatal alert: .*certificate");

  /** Says what a person can do something about; empty if it is not TLS that failed. */
  Optional<String> explain(Status status) {
    if (status.getCode() != Status.Code.UNAVAILABLE) {
      return Optional.empty();
    }
    List<Throwable> causes = causes(status);
    if (!tls) {
      // A server that is sent plain text where TLS begins closes the connection without a word.
      return closed(status, causes)
          ? Optional.of(
              "the server closed the connection, as one does that speaks TLS:"
                  + " say --tls or --ca FILE if it does")
          : Optional.empty();
    }
    return causes.stream()
        .map(this::explain)
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> closed(status, causes) ? Optional.of(closedBy()) : Optional.empty());
  }

  private Optional<String> explain(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return switch (cause) {
      case NotSslRecordException _ ->
          Optional.of("the server speaks no TLS: leave --tls, --ca, --certificate and --key out");
      case CertificateExpiredException _ ->
          Optional.of("the server's certificate has expired: " + message);
      case CertificateNotYetValidException _ ->
          Optional.of("the server's certificate is not valid yet: " + message);
      case CertPathBuilderException _ -> Optional.of(untrusted());
      case CertPathValidatorException e when !(e.getCause() instanceof CertificateException) ->
          Optional.of(untrusted() + " (" + message + ")");
      case CertificateException e when OTHER_NAME.matcher(message).find() ->
          Optional.of("the server's certificate is for another name: " + message);
      case SSLException e when REFUSED.matcher(message).find() ->
          Optional.of("the server " + refusal());
      default -> Optional.empty();
    };
  }

  /** The server's alert and the end of the connection race for the client's attention. */
  private static boolean closed(Status status, List<Throwable> causes) {
    return String.valueOf(status.getDescription()).contains("Network closed")
        || causes.stream()
            .anyMatch(c ->
                c instanceof ClosedChannelException
                    || CLOSED.matcher(String.valueOf(c.getMessage())).find());
  }

  private String closedBy() {
    return "the server closed the connection, as one does that " + refusal();
  }

  private String untrusted() {
    return "the server's certificate is not trusted by "
        + trusted
        + ": name the authority that signed it with --ca FILE";
  }

  private String refusal() {
    return showsCertificate
        ? "does not accept the certificate that --certificate names"
        : "asks for a client's certificate: say --certificate FILE and --key FILE";
  }

  private static List<Throwable> causes(Status status) {
    List<Throwable> causes = new ArrayList<>();
    Throwable cause = status.getCause();
    while (cause != null && causes.size() < 20) {
      causes.addFirst(cause); // The innermost says most.
      cause = cause.getCause();
    }
    return causes;
  }
}
