package dev.dolmen.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dolmen.server.config.ServerConfig.TlsConfig;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.NettySslContextServerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Files that change under a server, look by look, with handshakes over loopback. */
@SuppressWarnings("NullAway.Init")
class TlsReloadTest {
  @TempDir static Path made;
  @TempDir Path folder;
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.dolmen.server");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private Instant now = Instant.now().plusSeconds(60);
  private Path certificate;
  private Path key;
  private TlsReload reload;
  private Server server;

  @BeforeAll
  static void make() throws Exception {
    new TestCertificates(made).make("first");
    new TestCertificates(made).make("second", "-validity", "90");
  }

  @BeforeEach
  void start() throws Exception {
    certificate = folder.resolve("tls.pem");
    key = folder.resolve("tls.key");
    put("first", certificate, ".pem");
    put("first", key, ".key");
    lines.start();
    logger.addAppender(lines);
    TlsConfig config = new TlsConfig(certificate.toString(), key.toString(), "");
    reload = new TlsReload(new TlsFiles(config), () -> now);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                NettySslContextServerCredentials.create(reload.context()))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
    reload.close();
    logger.detachAppender(lines);
  }

  @Test
  void thePairIsReplacedWhenBothFilesFit() throws Exception {
    assertThat(shown()).isEqualTo("CN=first");
    put("second", certificate, ".pem");
    reload.look();
    assertThat(shown()).isEqualTo("CN=first");
    assertThat(warnings()).isEmpty();
    put("second", key, ".key");
    reload.look();
    assertThat(shown()).isEqualTo("CN=second");
    assertThat(warnings()).isEmpty();
  }

  @Test
  void filesThatDoNotFitAreSaidOnceAndTheOldOnesServed() throws Exception {
    put("second", certificate, ".pem");
    reload.look();
    reload.look();
    reload.look();
    assertThat(shown()).isEqualTo("CN=first");
    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("server.tls.private_key_file: " + key + ": the key does not belong to");
    Files.delete(key);
    reload.look();
    reload.look();
    assertThat(warnings()).hasSize(2).last().asString().contains(key + ": no such file");
    assertThat(shown()).isEqualTo("CN=first");
    put("second", key, ".key");
    reload.look();
    assertThat(shown()).isEqualTo("CN=second");
  }

  @Test
  void theEndOfACertificateIsSaidOnceADay() throws Exception {
    assertThat(warnings()).isEmpty();
    now = now.plus(Duration.ofDays(30));
    reload.look();
    reload.look();
    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("server.tls.certificate_file: " + certificate + ": the certificate of CN=first")
        .contains("in less than 10 days");
    now = now.plus(Duration.ofDays(1));
    reload.look();
    assertThat(warnings()).hasSize(2);
    now = now.plus(Duration.ofDays(20));
    reload.look();
    assertThat(warnings()).hasSize(3).last().asString().contains("expired at");
    put("second", certificate, ".pem");
    put("second", key, ".key");
    reload.look();
    assertThat(shown()).isEqualTo("CN=second");
    assertThat(warnings()).hasSize(3);
  }

  private static void put(String name, Path to, String kind) throws IOException {
    Files.copy(made.resolve(name + kind), to, StandardCopyOption.REPLACE_EXISTING);
  }

  private List<String> warnings() {
    return lines.list.stream()
        .filter(e -> e.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** Whose certificate a new connection gets. */
  private String shown() throws Exception {
    SSLContext client = SSLContext.getInstance("TLS");
    client.init(null, new TrustManager[] {new TrustsAll()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            client
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.startHandshake();
      X509Certificate first = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return first.getSubjectX500Principal().getName();
    }
  }

  /** The question is who answers, not whether to believe it. */
  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
