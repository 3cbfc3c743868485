package dev.dolmen.server.access;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.dolmen.server.reload.FileReload;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.Closeable;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An issuer's keys in a file, which is read again when it changes. */
final class IssuerFile implements JWKSource<SecurityContext>, FileReload.Source<String>, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerFile.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final NamedFile file;
  private final FileReload<String> reload;
  private volatile JWKSet keys;

  /** Reads it, and looks after it no more than that. */
  IssuerFile(NamedFile file) throws UnusableFileException {
    this.file = file;
    String first = read();
    keys = parse(first);
    reload = new FileReload<>("keys of the issuer of tokens", "dolmen-issuer", this, first);
  }

  void start() {
    reload.start(INTERVAL);
  }

  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) {
    return selector.select(keys);
  }

  @Override
  public String read() throws UnusableFileException {
    return file.read("a set of keys (JWKS)");
  }

  @Override
  public void use(String text) throws UnusableFileException {
    keys = parse(text);
    LOG.info("The keys of the issuer of tokens have changed: {} in {}", keys.size(), file.path());
  }

  private JWKSet parse(String text) throws UnusableFileException {
    try {
      JWKSet parsed = JWKSet.parse(text);
      if (parsed.isEmpty()) {
        throw file.unusable("holds no key");
      }
      return parsed;
    } catch (ParseException e) {
      throw file.unusable("no set of keys, expected {\"keys\": [...]}");
    }
  }

  @Override
  public void close() {
    reload.close();
  }
}
