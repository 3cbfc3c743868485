package dev.dolmen.server.cli;

import dev.dolmen.server.console.ConsoleFiles;
import dev.dolmen.server.http.BrowserGuard;
import dev.dolmen.server.http.ComparedServer;
import dev.dolmen.server.http.LocalCalls;
import dev.dolmen.server.http.LocalFront;
import dev.dolmen.server.http.RemoteApi;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The console's pages at an address of this machine, for a server elsewhere. Whoever is to be let
 * in needs the key that is made for this run and is in {@link #address}.
 */
public final class LocalConsole implements Closeable {
  private static final int KEY_BYTES = 32;

  /** Tells the page that what the address holds is a key of this kind, and of no server. */
  private static final String KEY_PREFIX = "local_";

  private final LocalFront front;
  private final String address;

  private LocalConsole(LocalFront front, String address) {
    this.front = front;
    this.address = address;
  }

  /**
   * Begins to listen.
   *
   * @param remote what calls are passed on to
   * @param key that it is shown; null if the page brings one, or none is needed
   * @param compared a second server, to compare with; null for none
   * @throws IOException if it cannot listen there
   */
  public static LocalConsole start(
      ListenAddress place,
      RemoteApi remote,
      @Nullable String key,
      @Nullable ComparedServer compared)
      throws IOException {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    String local = KEY_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    BrowserGuard guard = new BrowserGuard(List.of(), place::isLoopback);
    LocalCalls calls = new LocalCalls(ConsoleFiles.read(), guard, remote, local, key, compared);
    LocalFront front = LocalFront.start(place.socket(), calls);
    return new LocalConsole(front, place.url(front.port()) + "/console/#key=" + local);
  }

  /** What to open in a browser, with the key. */
  public String address() {
    return address;
  }

  /** Listens no more, and ends all connections. */
  @Override
  public void close() {
    front.close();
  }
}
