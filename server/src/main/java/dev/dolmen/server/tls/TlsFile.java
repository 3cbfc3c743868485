package dev.dolmen.server.tls;

import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in PEM, and what names it.
 *
 * @param setting a configuration key or an option, for messages
 * @param path of the file
 */
public record TlsFile(String setting, String path) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final String PKCS8 = "PRIVATE KEY";
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  @SuppressWarnings("ArrayRecordComponent") // Handed on for a moment, never compared.
  private record Block(String type, byte[] bytes) {}

  /**
   * Reads all of it.
   *
   * @throws UnusableFileException if it cannot be read
   */
  String read() throws UnusableFileException {
    return file().read("PEM");
  }

  private NamedFile file() {
    return new NamedFile(setting, path);
  }

  /**
   * Reads the certificates, in the order of the file: one at least.
   *
   * @throws UnusableFileException if it cannot be read, holds none, or one is damaged
   */
  public List<X509Certificate> certificates() throws UnusableFileException {
    return certificates(read());
  }

  List<X509Certificate> certificates(String text) throws UnusableFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(text)) {
      if (block.type.equals("CERTIFICATE") || block.type.equals("X509 CERTIFICATE")) {
        certificates.add(certificate(block, certificates.size() + 1));
      }
    }
    if (certificates.isEmpty()) {
      throw unusable(holdsNo("certificate", "CERTIFICATE", text));
    }
    return certificates;
  }

  private X509Certificate certificate(Block block, int number) throws UnusableFileException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.bytes));
    } catch (CertificateException e) {
      throw unusable("certificate " + number + " is damaged: " + e.getMessage());
    }
  }

  /** Reads the first private key. */
  PrivateKey privateKey(String text) throws UnusableFileException {
    for (Block block : blocks(text)) {
      if (block.type.equals(PKCS8)) {
        return privateKey(block);
      }
      if (block.type.equals("ENCRYPTED PRIVATE KEY")) {
        throw unusable("the private key is encrypted, expected one without a password");
      }
      if (block.type.endsWith(PKCS8)) {
        throw unusable(
            "holds an "
                + block.type
                + ", expected PKCS#8, which openssl pkcs8 -topk8 -nocrypt makes of it");
      }
    }
    throw unusable(holdsNo("private key", PKCS8, text));
  }

  private PrivateKey privateKey(Block block) throws UnusableFileException {
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(block.bytes);
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        // A key of another kind, or none.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    throw unusable("the private key is damaged, or none of " + String.join(", ", KEY_ALGORITHMS));
  }

  private List<Block> blocks(String text) throws UnusableFileException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      try {
        blocks.add(
            new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2).strip())));
      } catch (IllegalArgumentException e) {
        throw unusable("is damaged: " + e.getMessage());
      }
    }
    return blocks;
  }

  private static String holdsNo(String what, String type, String text) {
    return (text.isBlank() ? "is empty" : "holds no " + what)
        + ", expected PEM with -----BEGIN "
        + type
        + "-----";
  }

  String says(String what) {
    return file().says(what);
  }

  UnusableFileException unusable(String reason) {
    return file().unusable(reason);
  }
}
