package dev.dolmen.traffic.local;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.StartException;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The whole product in this process: {@link StandaloneServer} on free ports of the loopback address
 * and a temporary data directory that is deleted at the end, also when the process is interrupted.
 */
public final class LocalServer implements AutoCloseable {
  private final StandaloneServer server;
  private final Path directory;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread atExit = Thread.ofPlatform().name("local-server-exit").unstarted(this::end);

  private LocalServer(StandaloneServer server, Path directory) {
    this.server = server;
    this.directory = directory;
  }

  /**
   * Starts a server configured as {@code config} but for addresses and data directory, which are of
   * this process alone, and snapshots, which nobody would read.
   */
  public static LocalServer start(DolmenConfig config) throws IOException {
    quietLogs();
    Path directory = Files.createTempDirectory("dolmen-");
    @Nullable LocalServer started = null;
    try {
      started = new LocalServer(startStandalone(config.temporary(directory)), directory);
      Runtime.getRuntime().addShutdownHook(started.atExit);
      return started;
    } finally {
      if (started == null) {
        delete(directory);
      }
    }
  }

  /** What a server or an engine says of its own life would run through a command's live view. */
  public static void quietLogs() {
    if (LoggerFactory.getLogger("dev.dolmen") instanceof Logger logger) {
      logger.setLevel(Level.WARN);
    }
  }

  private static StandaloneServer startStandalone(DolmenConfig config) throws IOException {
    try {
      return StandaloneServer.start(config);
    } catch (StartException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Where it listens. */
  public int port() {
    return server.port();
  }

  /** Where it answers over HTTP. */
  public URI http() {
    return URI.create("http://127.0.0.1:" + server.httpPort());
  }

  /** Where its console is. */
  public String console() {
    return http() + "/console/";
  }

  /** Stops the server and deletes its data. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The process is ending: the hook does the work.
    }
    end();
  }

  private void end() {
    if (closed.compareAndSet(false, true)) {
      try {
        server.close();
      } finally {
        delete(directory);
      }
    }
  }

  private static void delete(Path directory) {
    try {
      DirectoryTree.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
