package dev.dolmen.server.access;

import dev.dolmen.server.reload.FileReload;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API keys of a running server, as their file holds them: read again every second, so that a
 * revoked key is refused that soon. A file that was there and is gone, or is damaged, takes no key
 * away: that is said, and the keys before hold on. An empty file means that there is no key, and
 * nobody is let in by one. Any thread.
 */
final class ApiKeys implements FileReload.Source<Optional<String>>, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final KeyFile file;
  private final InstantSource clock;
  private final FileReload<Optional<String>> reload;

  /** By id; null as long as there was no file. */
  private volatile @Nullable Map<String, StoredKey> keys;

  /**
   * Reads the file.
   *
   * @param required whether it has to be there
   */
  ApiKeys(KeyFile file, boolean required, InstantSource clock) throws UnusableFileException {
    this.file = file;
    this.clock = clock;
    if (required && !file.exists()) {
      throw file.named().unusable("no such file: make it with dolmen key create");
    }
    Optional<String> first = read();
    if (first.isPresent()) {
      keys = parse(first.get());
    }
    reload = new FileReload<>("API keys", "dolmen-keys", this, first);
  }

  void start() {
    reload.start(INTERVAL);
  }

  /** Looks at the file once. */
  void look() {
    reload.look();
  }

  /**
   * Whether there are keys, so that callers have to show one; never false again once it is true.
   */
  boolean exist() {
    return keys != null;
  }

  /**
   * Finds out whose key it is.
   *
   * @throws Refusal if it is nobody's, or has expired
   */
  Proof prove(KeyText shown) throws Refusal {
    Map<String, StoredKey> current = keys;
    StoredKey stored = current == null ? null : current.get(shown.id());
    if (!StoredKey.isOf(stored, shown) || stored == null) {
      throw Refusal.unknown("the server does not know this key, or it was revoked");
    }
    KeyProof proof = new KeyProof(stored);
    Refusal ended = proof.ended();
    if (ended != null) {
      throw ended;
    }
    return proof;
  }

  private final class KeyProof implements Proof {
    private final StoredKey key;

    KeyProof(StoredKey key) {
      this.key = key;
    }

    @Override
    public Principal principal() {
      return key.principal();
    }

    @Override
    public @Nullable Refusal ended() {
      Map<String, StoredKey> current = keys;
      StoredKey now = current == null ? null : current.get(key.id());
      if (now == null || !now.isSameSecret(key)) {
        return Refusal.unknown("the key of " + key.principal().name() + " was revoked");
      }
      return now.isExpired(clock.instant())
          ? Refusal.unknown(
              "the key of "
                  + key.principal().name()
                  + " expired at "
                  + now.expires().map(Object::toString).orElse(""))
          : null;
    }
  }

  @Override
  public Optional<String> read() throws UnusableFileException {
    return keys == null && !file.exists() ? Optional.empty() : Optional.of(file.read());
  }

  @Override
  public void use(Optional<String> text) throws UnusableFileException {
    Map<String, StoredKey> before = keys;
    Map<String, StoredKey> now = parse(text.orElse(""));
    keys = now;
    LOG.info(
        "{} of {} changed: {}",
        before == null ? "Callers have to show an API key from now on; the keys" : "The API keys",
        file.named().path(),
        now.values().stream().map(k -> k.principal().name()).sorted().toList());
  }

  private Map<String, StoredKey> parse(String text) throws UnusableFileException {
    List<StoredKey> parsed = KeyLines.parse(file.named(), text);
    return parsed.stream()
        .collect(Collectors.toUnmodifiableMap(StoredKey::id, Function.identity()));
  }

  @Override
  public void close() {
    reload.close();
  }
}
