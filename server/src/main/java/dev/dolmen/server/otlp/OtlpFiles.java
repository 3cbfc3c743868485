package dev.dolmen.server.otlp;

import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.server.reload.HeadersFile;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that a configuration names for its collector. Needs nothing of OpenTelemetry. */
public final class OtlpFiles {
  private static final String CERTIFICATES = "certificates as PEM";

  private OtlpFiles() {}

  /**
   * Reads them, and throws what they hold away.
   *
   * @throws UnusableFileException if one cannot be used
   */
  public static void check(OtlpConfig config) throws UnusableFileException {
    var _ = authorities(config);
    var _ = headers(config);
  }

  /** What is sent along, by names in lower case; empty if no file is named. */
  static Map<String, String> headers(OtlpConfig config) throws UnusableFileException {
    return config.headersFile().isEmpty()
        ? Map.of()
        : HeadersFile.read(new NamedFile("telemetry.otlp.headers_file", config.headersFile()));
  }

  /** PEM; null if no file is named. */
  static byte @Nullable [] authorities(OtlpConfig config) throws UnusableFileException {
    if (config.authoritiesFile().isEmpty()) {
      return null;
    }
    NamedFile file = new NamedFile("telemetry.otlp.authorities_file", config.authoritiesFile());
    byte[] pem = file.read(CERTIFICATES).getBytes(StandardCharsets.ISO_8859_1);
    try {
      if (!CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem))
          .isEmpty()) {
        return pem;
      }
    } catch (CertificateException e) {
      throw file.unusable("is not as expected, " + CERTIFICATES);
    }
    throw file.unusable("no certificate, expected " + CERTIFICATES);
  }
}
