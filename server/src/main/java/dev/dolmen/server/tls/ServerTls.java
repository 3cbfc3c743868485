package dev.dolmen.server.tls;

import dev.dolmen.server.config.ServerConfig.TlsConfig;
import dev.dolmen.server.reload.UnusableFileException;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.netty.NettySslContextServerCredentials;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * How a server secures its connections: by the files that the configuration names, also after these
 * have changed, or not at all.
 */
public final class ServerTls implements Closeable {
  private final ServerCredentials credentials;
  private final @Nullable SslContext http;
  private final Closing closing;

  private interface Closing {
    void close();
  }

  private ServerTls(ServerCredentials credentials, @Nullable SslContext http, Closing closing) {
    this.credentials = credentials;
    this.http = http;
    this.closing = closing;
  }

  /**
   * Reads the files and begins to look after them.
   *
   * @param meters get the time at which the certificate expires
   * @throws UnusableFileException as {@link TlsFiles#check}
   */
  public static ServerTls open(TlsConfig config, InstantSource clock, MeterRegistry meters)
      throws UnusableFileException {
    if (!config.enabled()) {
      return new ServerTls(InsecureServerCredentials.create(), null, () -> {});
    }
    TlsReload reload = new TlsReload(new TlsFiles(config), clock);
    reload.bindTo(meters);
    reload.start();
    return new ServerTls(
        NettySslContextServerCredentials.create(reload.context()), reload.http(), reload::close);
  }

  /** What the transport listens with. */
  public ServerCredentials credentials() {
    return credentials;
  }

  /** What HTTP/1.1 is spoken through; null for plain text. */
  public @Nullable SslContext http() {
    return http;
  }

  /** Looks after the files no more. */
  @Override
  public void close() {
    closing.close();
  }
}
