package dev.dolmen.server.tls;

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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes new certificates, keys and authorities when their files change, and says when a certificate
 * is about to expire. A thread of its own reads the files every few seconds, as they are small, and
 * compares what they hold. What cannot be used, or does not fit together, is said once, and what
 * was read before is served on.
 */
final class TlsReload implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsReload.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration BETWEEN_WARNINGS = Duration.ofDays(1);

  private final TlsFiles files;
  private final InstantSource clock;
  private final ReplaceableSslContext context;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("dolmen-tls").daemon().factory());
  private volatile TlsIdentity identity;
  private Contents served;
  private Instant nextWarning = Instant.MIN;

  /** What was wrong at the look before; empty if nothing was. */
  private String seen = "";

  /** What a warning has said of the present files; empty for nothing. */
  private String said = "";

  /** Reads the files. */
  TlsReload(TlsFiles files, InstantSource clock) throws UnusableTlsException {
    this.files = files;
    this.clock = clock;
    served = files.read();
    Settings settings = files.settings(served, clock.instant());
    identity = settings.identity();
    context = new ReplaceableSslContext(context(settings));
    warnOfExpiry();
  }

  private static SslContext context(Settings settings) throws UnusableTlsException {
    try {
      return settings.context();
    } catch (SSLException | RuntimeException e) {
      throw new UnusableTlsException(List.of("server.tls: " + e.getMessage()));
    }
  }

  ReplaceableSslContext context() {
    return context;
  }

  void bindTo(MeterRegistry meters) {
    Gauge.builder("dolmen.tls.certificate.expiry", this, r -> r.identity.expiry().getEpochSecond())
        .baseUnit("seconds")
        .description("When the certificate that is served expires, in seconds since 1970")
        .strongReference(true)
        .register(meters);
  }

  void start() {
    long millis = INTERVAL.toMillis();
    // It ends with the thread.
    var _ = thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Looks at the files once. */
  synchronized void look() {
    try {
      Contents found = files.read();
      if (!found.equals(served)) {
        use(found);
      }
      seen = "";
      said = "";
    } catch (UnusableTlsException e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      refuse(e.toString()); // An exception that comes out would end the looks.
    }
    warnOfExpiry();
  }

  private void use(Contents found) throws UnusableTlsException {
    Settings settings = files.settings(found, clock.instant());
    context.replace(context(settings));
    identity = settings.identity();
    served = found;
    nextWarning = Instant.MIN;
    LOG.info(
        "New connections get the changed TLS files: certificate of {}, valid until {}",
        identity.name(),
        identity.expiry());
  }

  /** Files are replaced one after the other: only what is wrong at two looks in a row is wrong. */
  private void refuse(String why) {
    if (why.equals(seen) && !why.equals(said)) {
      LOG.warn(
          "The TLS files have changed and cannot be used; what they held before is served on: {}",
          why.replace("\n", "; "));
      said = why;
    }
    seen = why;
  }

  private void warnOfExpiry() {
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
    thread.shutdownNow();
  }
}
