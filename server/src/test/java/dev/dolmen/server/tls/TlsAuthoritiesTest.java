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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The file of clients' authorities changes under a server: who comes in, over loopback. */
@SuppressWarnings("NullAway.Init")
class TlsAuthoritiesTest {
  private static final int READ_TIMEOUT_MILLIS = 30_000;

  @TempDir static Path made;
  @TempDir Path folder;
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.dolmen.server");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Instant now = Instant.now().plusSeconds(60);
  private Path authorities;
  private TlsReload reload;
  private Server server;

  /** They keep their sessions, and would resume one if they were let. */
  private SSLContext first;

  private SSLContext second;

  @BeforeAll
  static void make() throws Exception {
    TestCertificates certificates = new TestCertificates(made);
    certificates.make("server");
    certificates.make("first");
    certificates.make("second");
  }

  @BeforeEach
  void start() throws Exception {
    authorities = folder.resolve("authorities.pem");
    trust("first");
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
    TlsConfig config = new TlsConfig(pem("server"), key("server"), authorities.toString());
    reload = new TlsReload(new TlsFiles(config), () -> now);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                NettySslContextServerCredentials.create(reload.context()))
            .build()
            .start();
    first = client("first");
    second = client("second");
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
    reload.close();
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  @Test
  void anAuthorityThatComesIsTakenAndOneThatLeavesIsRefused() throws Exception {
    assertThat(isLetIn(first)).isTrue();
    assertThat(isLetIn(second)).isFalse();
    trust("first", "second");
    assertThat(isLetIn(second)).as("before the server has looked").isFalse();
    reload.look();
    assertThat(isLetIn(first)).isTrue();
    assertThat(isLetIn(second)).isTrue();
    trust("second");
    reload.look();
    assertThat(isLetIn(first)).isFalse();
    assertThat(isLetIn(second)).isTrue();
    assertThat(said(Level.WARN)).isEmpty();
    assertThat(said(Level.INFO))
        .hasSize(2)
        .allMatch(line -> line.startsWith("New connections get the changed TLS files: "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no PEM at all",
        "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"
      })
  void aBrokenFileChangesNothingAndIsSaidOnce(String broken) throws Exception {
    Files.writeString(authorities, broken);
    reload.look();
    assertThat(said(Level.WARN)).as("it may be half written").isEmpty();
    reload.look();
    reload.look();
    assertUnusable();
    trust("second");
    reload.look();
    assertThat(isLetIn(first)).isFalse();
    assertThat(isLetIn(second)).isTrue();
  }

  @Test
  void aFileThatIsGoneChangesNothingAndIsSaidOnce() throws Exception {
    Files.delete(authorities);
    reload.look();
    reload.look();
    reload.look();
    assertUnusable();
    assertThat(said(Level.WARN)).first().asString().endsWith(": no such file");
  }

  private void assertUnusable() throws Exception {
    assertThat(isLetIn(first)).isTrue();
    assertThat(isLetIn(second)).isFalse();
    assertThat(said(Level.INFO)).isEmpty();
    assertThat(said(Level.WARN))
        .singleElement()
        .asString()
        .contains("what they held before is served on")
        .contains("server.tls.client_authorities_file: " + authorities + ": ");
  }

  private void trust(String... names) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String name : names) {
      all.append(Files.readString(Path.of(pem(name))));
    }
    Files.writeString(authorities, all);
  }

  private List<String> said(Level level) {
    return lines.list.stream()
        .filter(e -> e.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private SSLContext client(String name) throws Exception {
    return TlsFiles.clientContext(
        Optional.of(new TlsFile("", pem("server"))),
        Optional.of(new TlsFile("", pem(name))),
        Optional.of(new TlsFile("", key(name))),
        now);
  }

  /** Connects. A server that refuses the certificate says so in place of its first frame. */
  private boolean isLetIn(SSLContext client) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            client
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket.getInputStream().read() >= 0;
    } catch (SSLException e) {
      assertThat(e).hasMessageContaining("certificate");
      return false;
    }
  }

  private static String pem(String name) {
    return new TestCertificates(made).pem(name);
  }

  private static String key(String name) {
    return new TestCertificates(made).key(name);
  }
}
