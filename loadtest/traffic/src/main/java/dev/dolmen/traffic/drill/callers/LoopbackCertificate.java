package dev.dolmen.traffic.drill.callers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A certificate of this machine's loopback address that signs itself, with its key, as PEM files;
 * made by the JDK's keytool.
 */
record LoopbackCertificate(Path certificate, Path key) {
  private static final String ALIAS = "drill";
  private static final String PASSWORD = "changeit";
  private static final int LINE = 64;

  /** Makes one in a folder. */
  static LoopbackCertificate make(Path directory) throws IOException, InterruptedException {
    Path store = directory.resolve("drill.p12");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-validity",
            "30",
            "-dname",
            "CN=127.0.0.1",
            "-ext",
            "SAN=IP:127.0.0.1",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            store.toString());
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool made no certificate: " + said.strip());
    }
    return pem(store, directory);
  }

  private static LoopbackCertificate pem(Path store, Path directory) throws IOException {
    char[] password = PASSWORD.toCharArray();
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore made = KeyStore.getInstance("PKCS12");
      made.load(in, password);
      return new LoopbackCertificate(
          write(directory, "CERTIFICATE", made.getCertificate(ALIAS).getEncoded()),
          write(directory, "PRIVATE KEY", made.getKey(ALIAS, password).getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static Path write(Path directory, String type, byte[] encoded) throws IOException {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(encoded);
    String text = "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    return Files.writeString(directory.resolve(type.replace(' ', '-') + ".pem"), text);
  }
}
