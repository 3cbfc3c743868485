package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A server with a certificate, and commands that do and do not trust it. */
class TlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir static Path keys;
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void makeCertificates() throws Exception {
    makeCertificate("server", "-ext", "san=dns:localhost,ip:127.0.0.1");
    makeCertificate("client");
    makeCertificate("stranger");
  }

  @Test
  void aCommandTrustsTheAuthorityThatItNames() throws Exception {
    try (StandaloneServer server = start("")) {
      String address = "localhost:" + server.port();
      assertThat(run("status", "--server", address, "--ca", pem("server"))).isZero();
      assertThat(out.toString()).contains("ready");
      assertThat(run("status", "--server", address, "--ca", pem("stranger"))).isEqualTo(1);
      assertThat(err.toString()).contains("UNAVAILABLE");
      assertThat(run("status", "--server", address)).isEqualTo(1);
      assertThat(err.toString()).contains("If the server uses TLS, say --tls or --ca FILE");
    }
  }

  @Test
  void aServerMayAskForTheClientsCertificate() throws Exception {
    try (StandaloneServer server = start("client_authorities_file: " + pem("client"))) {
      String address = "localhost:" + server.port();
      assertThat(run(with("client", address))).isZero();
      assertThat(run(with("stranger", address))).isEqualTo(1);
      assertThat(run("status", "--server", address, "--ca", pem("server"))).isEqualTo(1);
    }
  }

  @Test
  void filesThatAreMissingAreNamed() {
    String none = keys.resolve("none.pem").toString();
    assertThat(run("status", "--ca", none)).isEqualTo(2);
    assertThat(err.toString()).contains(none);
    assertThat(run("status", "--certificate", pem("client"))).isEqualTo(2);
    assertThat(err.toString()).contains("--certificate and --key: only one is given");
  }

  private String[] with(String name, String address) {
    return new String[] {
      "status",
      "--server",
      address,
      "--ca",
      pem("server"),
      "--certificate",
      pem(name),
      "--key",
      key(name)
    };
  }

  private StandaloneServer start(String clientAuthorities) throws Exception {
    String yaml =
        """
        data_directory: %s
        server:
          host: 127.0.0.1
          port: 0
          metrics_port: 0
          tls:
            certificate_file: %s
            private_key_file: %s
            %s
        schema:
          slots:
            - {name: item_id, kind: id}
        """
            .formatted(directory.resolve("data"), pem("server"), key("server"), clientAuthorities);
    Path file = Files.writeString(directory.resolve("dolmen.yaml"), yaml);
    return StandaloneServer.start(DolmenConfig.load(file, Map.of()));
  }

  private static String pem(String name) {
    return keys.resolve(name + ".pem").toString();
  }

  private static String key(String name) {
    return keys.resolve(name + ".key").toString();
  }

  /** A certificate that signs itself, by the JDK's own tool, as PEM files. */
  private static void makeCertificate(String name, String... extensions) throws Exception {
    Path store = keys.resolve(name + ".p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString()));
    command.addAll(List.of(extensions));
    Path log = keys.resolve(name + ".log");
    Process keytool =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(keytool.waitFor()).as(() -> read(log)).isZero();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, PASSWORD.toCharArray());
    }
    write(Path.of(pem(name)), "CERTIFICATE", made.getCertificate(name).getEncoded());
    Key key = made.getKey(name, PASSWORD.toCharArray());
    write(Path.of(key(name)), "PRIVATE KEY", key.getEncoded());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void write(Path file, String type, byte[] encoded) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    Files.writeString(
        file, "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
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
