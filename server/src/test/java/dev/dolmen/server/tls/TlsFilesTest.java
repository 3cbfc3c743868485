package dev.dolmen.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.ServerConfig.TlsConfig;
import dev.dolmen.server.reload.UnusableFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with files is said with setting, file and reason before anybody connects. */
class TlsFilesTest {
  private static final String CERTIFICATE = "server.tls.certificate_file: ";
  private static final String KEY = "server.tls.private_key_file: ";
  private static final String AUTHORITIES = "server.tls.client_authorities_file: ";

  @TempDir static Path folder;

  /** After the certificates are made. */
  private final Instant now = Instant.now().plusSeconds(60);

  @BeforeAll
  static void make() throws Exception {
    certificates().make("server");
    certificates().make("other");
    certificates().make("soon", "-validity", "12");
    certificates().makeWith("rsa", List.of("-keyalg", "RSA", "-validity", "40"));
    certificates().makeWith("edwards", List.of("-keyalg", "Ed25519", "-validity", "40"));
  }

  private static TestCertificates certificates() {
    return new TestCertificates(folder);
  }

  private static TlsConfig config(String certificate, String key, String authorities) {
    return new TlsConfig(certificate, key, authorities);
  }

  private static TlsConfig pair(String certificate, String key) {
    return config(certificates().pem(certificate), certificates().key(key), "");
  }

  @Test
  void pairsOfEachKindFit() throws Exception {
    for (String name : List.of("server", "rsa", "edwards")) {
      assertThat(TlsFiles.check(pair(name, name), now)).as(name).isEmpty();
    }
    assertThat(TlsFiles.check(config("", "", ""), now)).isEmpty();
    String both = certificates().pem("other");
    assertThat(
            TlsFiles.check(
                config(certificates().pem("server"), certificates().key("server"), both), now))
        .isEmpty();
  }

  @Test
  void aCertificateAndAKeyThatDoNotBelongTogether() {
    for (String other : List.of("other", "rsa", "edwards")) {
      assertRefused(
          pair("server", other),
          KEY
              + certificates().key(other)
              + ": the key does not belong to the first certificate in "
              + certificates().pem("server"));
    }
  }

  @Test
  void aCertificateOutsideOfItsTime() throws Exception {
    TlsConfig config = pair("server", "server");
    String file = CERTIFICATE + certificates().pem("server") + ": the certificate of CN=server ";
    assertRefusedAt(now.plus(Duration.ofDays(41)), config, file + "expired at ");
    assertRefusedAt(now.minus(Duration.ofDays(1)), config, file + "is not valid before ");
    Instant near = now.plus(Duration.ofDays(27));
    assertThat(TlsFiles.check(config, near).orElseThrow())
        .startsWith(file + "expires at ")
        .endsWith(", in less than 13 days");
    assertThat(TlsFiles.check(config, now.plus(Duration.ofDays(25)))).isEmpty();
    assertThat(TlsFiles.check(pair("soon", "soon"), now)).isPresent();
  }

  @Test
  void filesThatAreMissingOrHoldSomethingElse() throws Exception {
    String pem = certificates().pem("server");
    String key = certificates().key("server");
    String none = folder.resolve("none").toString();
    String empty = Files.writeString(folder.resolve("empty"), "\n").toString();
    String text = Files.writeString(folder.resolve("text"), "certificate").toString();
    assertRefused(
        config(none, none, none),
        CERTIFICATE + none + ": no such file",
        KEY + none + ": no such file",
        AUTHORITIES + none + ": no such file");
    assertRefused(
        config(pem, folder.toString(), ""), KEY + folder + ": cannot be read: Is a directory");
    assertRefused(
        config(empty, text, empty),
        CERTIFICATE + empty + ": is empty, expected PEM with -----BEGIN CERTIFICATE-----",
        KEY + text + ": holds no private key, expected PEM with -----BEGIN PRIVATE KEY-----",
        AUTHORITIES + empty + ": is empty, expected PEM with -----BEGIN CERTIFICATE-----");
    assertRefused(
        config(key, pem, ""),
        CERTIFICATE + key + ": holds no certificate, expected PEM",
        KEY + pem + ": holds no private key, expected PEM");
  }

  @Test
  void whatIsDamagedOrOfAnotherFormat() throws Exception {
    String pem = certificates().pem("server");
    String key = certificates().key("server");
    String whole = Files.readString(Path.of(key));
    Path file = folder.resolve("bad.key");
    Files.writeString(file, whole.replaceFirst("\n[A-Za-z0-9+/]{20}", "\n"));
    assertRefused(config(pem, file.toString(), ""), KEY + file + ": the private key is damaged");
    Files.writeString(file, whole.replace("PRIVATE", "EC PRIVATE"));
    assertRefused(
        config(pem, file.toString(), ""),
        KEY + file + ": holds an EC PRIVATE KEY, expected PKCS#8");
    Files.writeString(file, whole.replace("PRIVATE", "ENCRYPTED PRIVATE"));
    assertRefused(config(pem, file.toString(), ""), KEY + file + ": the private key is encrypted");
    Path cut = folder.resolve("cut.pem");
    Files.writeString(
        cut, Files.readString(Path.of(pem)).replaceFirst("\n[A-Za-z0-9+/]{20}", "\n"));
    assertRefused(
        config(cut.toString(), key, ""), CERTIFICATE + cut + ": certificate 1 is damaged");
  }

  private void assertRefused(TlsConfig config, String... lines) {
    assertRefusedAt(now, config, lines);
  }

  private static void assertRefusedAt(Instant now, TlsConfig config, String... lines) {
    assertThatThrownBy(() -> TlsFiles.check(config, now))
        .isInstanceOf(UnusableFileException.class)
        .satisfies(e -> {
          List<String> found = String.valueOf(e.getMessage()).lines().toList();
          assertThat(found).hasSameSizeAs(lines);
          for (int i = 0; i < lines.length; i++) {
            assertThat(found.get(i)).startsWith(lines[i]);
          }
        });
  }
}
