package dev.dolmen.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates that sign themselves, as PEM files in a folder: {@code NAME.pem, NAME.key}. */
public record TestCertificates(Path folder) {
  private static final String PASSWORD = "changeit";

  /** An elliptic one, valid for 40 days. */
  public void make(String name, String... more) throws Exception {
    List<String> options = new ArrayList<>(List.of("-keyalg", "EC", "-validity", "40"));
    options.addAll(List.of(more));
    makeWith(name, options);
  }

  /**
   * By the JDK's own tool.
   *
   * @param options of keytool: key and validity
   */
  public void makeWith(String name, List<String> options) throws Exception {
    Path store = folder.resolve(name + ".p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString()));
    command.addAll(options);
    Path log = folder.resolve(name + ".log");
    Process keytool =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(keytool.waitFor()).as(() -> read(log)).isZero();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, PASSWORD.toCharArray());
    }
    write(Path.of(pem(name)), "CERTIFICATE", made.getCertificate(name).getEncoded());
    write(
        Path.of(key(name)), "PRIVATE KEY", made.getKey(name, PASSWORD.toCharArray()).getEncoded());
  }

  /** The certificate's file. */
  public String pem(String name) {
    return folder.resolve(name + ".pem").toString();
  }

  /** The key's file. */
  public String key(String name) {
    return folder.resolve(name + ".key").toString();
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
}
