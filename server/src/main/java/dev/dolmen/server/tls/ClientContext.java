package dev.dolmen.server.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The JDK's contexts for clients, made of certificates and keys. Stateless. */
final class ClientContext {
  /** The store never leaves this memory. */
  private static final char[] PASSWORD = "unused".toCharArray();

  private ClientContext() {}

  /**
   * A context.
   *
   * @param trusted authorities; empty for those of the JDK
   * @param shown null to show nothing
   */
  static SSLContext of(List<X509Certificate> trusted, @Nullable TlsIdentity shown) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          shown == null ? null : shows(shown), trusted.isEmpty() ? null : trusts(trusted), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e); // Every JDK has these, and memory cannot fail to be read.
    }
  }

  private static TrustManager[] trusts(List<X509Certificate> trusted)
      throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    for (int i = 0; i < trusted.size(); i++) {
      store.setCertificateEntry("authority-" + i, trusted.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager[] shows(TlsIdentity shown)
      throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    X509Certificate[] chain = shown.chain().toArray(X509Certificate[]::new);
    store.setKeyEntry("client", shown.key(), PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
