package dev.dolmen.server.tls;

import dev.dolmen.server.reload.FileReload;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.tls.TlsFiles.Contents;
import dev.dolmen.server.tls.TlsFiles.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes new certificates, keys and authorities when their files change, and says when a certificate
 * is about to expire. What cannot be used, or does not fit together, is said once, and what was
 * read before is served on.
 */
final class TlsReload implements Closeable, FileReload.Source<Contents> {
  private static final Logger LOG = LoggerFactory.getLogger(TlsReload.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration BETWEEN_WARNINGS = Duration.ofDays(1);

  private final TlsFiles files;
  private final InstantSource clock;
  private final ReplaceableSslContext context;
  private final ReplaceableSslContext http;
  private final FileReload<Contents> reload;
  private volatile TlsIdentity identity;
  private Instant nextWarning = Instant.MIN;

  /** Reads the files. */
  TlsReload(TlsFiles files, InstantSource clock) throws UnusableFileException {
    this.files = files;
    this.clock = clock;
    Contents first = files.read();
    Settings settings = files.settings(first, clock.instant());
    identity = settings.identity();
    context = new ReplaceableSslContext(context(settings, true));
    http = new ReplaceableSslContext(context(settings, false));
    reload = new FileReload<>("TLS files", "dolmen-tls", this, first);
    looked();
  }

  private static SslContext context(Settings settings, boolean http2) throws UnusableFileException {
    try {
      return settings.context(http2);
    } catch (SSLException | RuntimeException e) {
      throw new UnusableFileException(List.of("server.tls: " + e.getMessage()));
    }
  }

  /** For gRPC. */
  ReplaceableSslContext context() {
    return context;
  }

  /** For HTTP/1.1. */
  ReplaceableSslContext http() {
    return http;
  }

  void bindTo(MeterRegistry meters) {
    Gauge.builder("dolmen.tls.certificate.expiry", this, r -> r.identity.expiry().getEpochSecond())
        .baseUnit("seconds")
        .description("When the certificate that is served expires, in seconds since 1970")
        .strongReference(true)
        .register(meters);
  }

  void start() {
    reload.start(INTERVAL);
  }

  /** Looks at the files once. */
  void look() {
    reload.look();
  }

  @Override
  public Contents read() throws UnusableFileException {
    return files.read();
  }

  @Override
  public void use(Contents found) throws UnusableFileException {
    Settings settings = files.settings(found, clock.instant());
    SslContext http2 = context(settings, true);
    SslContext http1 = context(settings, false);
    context.replace(http2);
    http.replace(http1);
    identity = settings.identity();
    nextWarning = Instant.MIN;
    LOG.info(
        "New connections get the changed TLS files: certificate of {}, valid until {}",
        identity.name(),
        identity.expiry());
  }

  /** Warns of a certificate that ends soon, once a day. */
  @Override
  public void looked() {
    Instant now = clock.instant();
    if (!now.isBefore(nextWarning)) {
      files
          .warning(identity, now)
          .ifPresent(why -> {
            LOG.warn("{}", why);
            nextWarning = now.plus(BETWEEN_WARNINGS);
          });
    }
  }

  @Override
  public void close() {
    reload.close();
  }
}
