package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.StartException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.tls.TestCertificates;
import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.GetStatusRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A server with a certificate, and commands that do and do not trust it. */
class TlsTest {
  @TempDir static Path keys;
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void makeCertificates() throws Exception {
    TestCertificates certificates = new TestCertificates(keys);
    certificates.make("server", "-ext", "san=dns:localhost,ip:127.0.0.1");
    certificates.make("next", "-ext", "san=dns:localhost,ip:127.0.0.1");
    certificates.make("elsewhere", "-ext", "san=dns:shop.internal");
    certificates.make("client");
    certificates.make("service", "-ext", "san=dns:service.internal,uri:spiffe://shop/x");
    certificates.make("stranger");
  }

  @Test
  void aCommandTrustsTheAuthorityThatItNames() throws Exception {
    try (StandaloneServer server = start(yaml("server"))) {
      String address = "localhost:" + server.port();
      assertThat(run("status", "--server", address, "--ca", pem("server"))).isZero();
      assertThat(out.toString()).contains("ready");
      assertThat(run("status", "--server", address, "--ca", pem("stranger"))).isEqualTo(1);
      assertThat(err.toString())
          .contains(address + ": the server's certificate is not trusted by " + pem("stranger"));
      assertThat(run("status", "--server", address, "--tls")).isEqualTo(1);
      assertThat(err.toString())
          .contains(address + ": the server's certificate is not trusted by the system's");
      assertThat(run("status", "--server", address)).isEqualTo(1);
      assertThat(err.toString())
          .contains(address + ": the server closed the connection, as one does that speaks TLS:");
    }
  }

  @Test
  void httpIsSpokenThroughTheSameFiles() throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(Path.of(pem("server")))) {
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    try (StandaloneServer server = start(yaml("server"));
        HttpClient trusting = HttpClient.newBuilder().sslContext(tls).build();
        HttpClient other = HttpClient.newHttpClient()) {
      String path = "localhost:" + server.httpPort() + "/v1/items";
      assertThat(get(trusting, "https://" + path).statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> get(other, "https://" + path)).isInstanceOf(SSLException.class);
      assertThatThrownBy(() -> get(other, "http://" + path)).isInstanceOf(IOException.class);
    }
  }

  private static HttpResponse<String> get(HttpClient client, String address) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aServerWithoutTlsIsSaidToHaveNone() throws Exception {
    try (StandaloneServer server = start(yaml("", "", ""))) {
      String address = "localhost:" + server.port();
      assertThat(run("status", "--server", address, "--ca", pem("server"))).isEqualTo(1);
      assertThat(err.toString()).contains(address + ": the server speaks no TLS: leave");
    }
  }

  @Test
  void aCertificateForAnotherNameIsSaid() throws Exception {
    try (StandaloneServer server = start(yaml(pem("elsewhere"), key("elsewhere"), ""))) {
      String address = "localhost:" + server.port();
      assertThat(run("status", "--server", address, "--ca", pem("elsewhere"))).isEqualTo(1);
      assertThat(err.toString()).contains("the server's certificate is for another name: ");
    }
  }

  @Test
  void filesThatDoNotFitKeepTheServerFromStarting() throws Exception {
    String yaml = yaml(pem("server"), key("client"), "");
    String file = Files.writeString(directory.resolve("bad.yaml"), yaml).toString();
    String line =
        "server.tls.private_key_file: "
            + key("client")
            + ": the key does not belong to the first certificate in "
            + pem("server");
    assertThat(run("config", "check", file)).isEqualTo(2);
    assertThat(err.toString()).contains(line);
    assertThat(run("serve", "--config", file)).isEqualTo(2);
    assertThat(err.toString()).contains(line);
    assertThatThrownBy(() -> start(yaml)).isInstanceOf(StartException.class).hasMessage(line);
    assertThat(directory.resolve("data/log")).doesNotExist();
    String good = Files.writeString(directory.resolve("good.yaml"), yaml("server")).toString();
    assertThat(run("config", "check", good)).as(err::toString).isZero();
  }

  @Test
  void theExpiryIsAMetric() throws Exception {
    long before = Instant.now().getEpochSecond();
    try (StandaloneServer server = start(yaml("server"))) {
      String line =
          server
              .meters()
              .scrape()
              .lines()
              .filter(l -> l.startsWith("dolmen_tls_certificate_expiry_seconds "))
              .findFirst()
              .orElseThrow();
      double expiry = Double.parseDouble(line.substring(line.indexOf(' ')));
      assertThat(expiry - before).isBetween(39.5 * 86_400, 40.1 * 86_400);
    }
  }

  @Test
  void newFilesAreServedWithoutARestart() throws Exception {
    Path certificate = Files.copy(Path.of(pem("server")), directory.resolve("tls.pem"));
    Path key = Files.copy(Path.of(key("server")), directory.resolve("tls.key"));
    Path authorities = Files.copy(Path.of(pem("client")), directory.resolve("ca.pem"));
    String yaml =
        yaml(certificate.toString(), key.toString(), "client_authorities_file: " + authorities);
    try (StandaloneServer server = start(yaml);
        OpenConnection old = new OpenConnection(server.port())) {
      String address = "localhost:" + server.port();
      old.call();
      assertThat(run(with("client", address))).isZero();
      Files.copy(Path.of(pem("next")), certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(Path.of(key("next")), key, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(Path.of(pem("stranger")), authorities, StandardCopyOption.REPLACE_EXISTING);
      long end = System.nanoTime() + Patience.FAR.toNanos();
      while (run(with("next", "stranger", address)) != 0) {
        assertThat(System.nanoTime()).as(err::toString).isLessThan(end);
        Thread.sleep(100);
      }
      assertThat(run(with("next", "client", address))).isEqualTo(1);
      assertThat(err.toString()).contains(" does not accept the certificate");
      assertThat(run(with("stranger", address))).isEqualTo(1);
      assertThat(err.toString()).contains("is not trusted by " + pem("server"));
      old.call();
    }
  }

  /** A connection that was made before the files changed. */
  private static final class OpenConnection implements AutoCloseable {
    private final ManagedChannel channel;

    OpenConnection(int port) throws Exception {
      channel =
          Grpc.newChannelBuilder(
                  "localhost:" + port,
                  TlsChannelCredentials.newBuilder()
                      .trustManager(Path.of(pem("server")).toFile())
                      .keyManager(Path.of(pem("client")).toFile(), Path.of(key("client")).toFile())
                      .build())
              .build();
    }

    void call() {
      AdminServiceGrpc.newBlockingStub(channel).getStatus(GetStatusRequest.getDefaultInstance());
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  @Test
  void aServerMayAskForTheClientsCertificate() throws Exception {
    try (StandaloneServer server =
        start(yaml(pem("server"), key("server"), "client_authorities_file: " + pem("client")))) {
      String address = "localhost:" + server.port();
      assertThat(run(with("client", address))).isZero();
      assertThat(run(with("stranger", address))).isEqualTo(1);
      assertThat(err.toString())
          .contains(" does not accept the certificate that --certificate names");
      assertThat(run("status", "--server", address, "--ca", pem("server"))).isEqualTo(1);
      assertThat(err.toString())
          .contains(" asks for a client's certificate: say --certificate FILE");
    }
  }

  @Test
  void namesOfCertificatesAreMappedToRoles() throws Exception {
    Path authorities = directory.resolve("authorities.pem");
    Files.writeString(
        authorities,
        Files.readString(Path.of(pem("client"))) + Files.readString(Path.of(pem("service"))));
    String tls =
        yaml(pem("server"), key("server"), "client_authorities_file: " + authorities)
            .replace("  warm_up", "  access:\n    certificates: CERTIFICATES\n  warm_up");
    String mapped =
        tls.replace(
            "CERTIFICATES",
            "[{name: service.internal, roles: [read, admin]}, {name: 'spiffe://shop/x', roles:"
                + " [read]}]");
    try (StandaloneServer server = start(mapped)) {
      String address = "localhost:" + server.port();
      assertThat(run(with("service", address))).as(err::toString).isZero();
      assertThat(run(with("client", address))).isEqualTo(1);
      assertThat(err.toString()).contains("the certificate has none of the names in");
    }
    try (StandaloneServer server =
        start(tls.replace("CERTIFICATES", "[{name: client, roles: [read]}]"))) {
      String address = "localhost:" + server.port();
      assertThat(run(with("client", address))).isEqualTo(1);
      assertThat(err.toString()).contains("needs the role admin; client has read");
      assertThat(run(with("service", address))).isEqualTo(1);
    }
    assertThatThrownBy(() -> start(tls.replace("CERTIFICATES", "[{name: a, roles: [reed]}]")))
        .hasMessageContaining(
            "server.access.certificates[0].roles: [reed]: expected none, or some of read, publish");
    assertThatThrownBy(() -> start(tls.replace("CERTIFICATES", "[{name: a}]")))
        .hasMessageContaining("server.access.certificates[0].roles: none: expected a list of");
    assertThatThrownBy(() -> start(mapped.replace("client_authorities_file: " + authorities, "")))
        .hasMessageContaining("server.access.certificates: needs server.tls.client_authorities");
  }

  @Test
  void filesThatAreMissingAreNamed() {
    String none = keys.resolve("none.pem").toString();
    assertThat(run("status", "--ca", none)).isEqualTo(2);
    assertThat(err.toString()).contains(none);
    assertThat(run("status", "--ca", key("server"))).isEqualTo(2);
    assertThat(err.toString()).contains("--ca: " + key("server") + ": holds no certificate");
    assertThat(run("status", "--certificate", pem("client"), "--key", key("server"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("--key: " + key("server") + ": the key does not belong to the first certificate");
    assertThat(run("status", "--certificate", pem("client"))).isEqualTo(2);
    assertThat(err.toString()).contains("--certificate and --key: only one is given");
  }

  private static String[] with(String name, String address) {
    return with("server", name, address);
  }

  private static String[] with(String authority, String name, String address) {
    return new String[] {
      "status",
      "--server",
      address,
      "--ca",
      pem(authority),
      "--certificate",
      pem(name),
      "--key",
      key(name)
    };
  }

  private String yaml(String name) {
    return yaml(pem(name), key(name), "");
  }

  private String yaml(String certificate, String key, String more) {
    return """
    data_directory: %s
    server:
      host: 127.0.0.1
      metrics_host: 127.0.0.1
      port: 0
      metrics_port: 0
      warm_up: 0s
      tls:
        certificate_file: "%s"
        private_key_file: "%s"
        %s
    schema:
      slots:
        - {name: item_id, kind: id}
    """
        .formatted(directory.resolve("data"), certificate, key, more);
  }

  private StandaloneServer start(String yaml) throws Exception {
    Path file = Files.writeString(directory.resolve("dolmen.yaml"), yaml);
    return StandaloneServer.start(DolmenConfig.load(file, Map.of()));
  }

  private static String pem(String name) {
    return new TestCertificates(keys).pem(name);
  }

  private static String key(String name) {
    return new TestCertificates(keys).key(name);
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }
}
