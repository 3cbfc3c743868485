package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.local.FreePorts;
import dev.dolmen.traffic.local.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.Main;
import org.jspecify.annotations.Nullable;

/**
 * An object store of this drill: a process that speaks S3 (S3Proxy) and keeps an object as the file
 * of its name. Members of the cluster reach it through a {@link CutProxy}, which can make it slow.
 * One thread.
 */
final class ObjectStoreServer implements AutoCloseable {
  private static final String BUCKET = "dolmen-drill";
  private static final String ACCESS_KEY = "drill";
  private static final String SECRET_KEY = "of-a-drill-alone";
  private static final int HEAP_MB = 128;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int POLL_MS = 20;

  /** Of a call; longer than the calls of a drill take when the store is slow. */
  private static final String CALL_TIMEOUT = "20s";

  private final Path directory;
  private final CutProxy network = new CutProxy();
  private final int port;
  private final int throughNetwork;
  private @Nullable Process process;

  /** Without it, who is ended by a signal would leave the store behind. */
  private final Thread atExit = Thread.ofPlatform().name("store-exit").unstarted(this::end);

  /**
   * It is not started yet.
   *
   * @param directory for all that it keeps
   */
  ObjectStoreServer(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("data").resolve(BUCKET));
    port = FreePorts.next();
    throughNetwork = network.leadTo(port);
    Properties config = new Properties();
    config.put("s3proxy.endpoint", "http://127.0.0.1:" + port);
    config.put("s3proxy.authorization", "aws-v2-or-v4");
    config.put("s3proxy.identity", ACCESS_KEY);
    config.put("s3proxy.credential", SECRET_KEY);
    config.put("jclouds.provider", "filesystem-nio2");
    config.put("jclouds.filesystem.basedir", directory.resolve("data").toString());
    try (var out = Files.newOutputStream(directory.resolve("store.properties"))) {
      config.store(out, null);
    }
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Starts it if it does not run; returns when it takes connections.
   *
   * @throws IOException if that does not come to be
   */
  void start() throws IOException, InterruptedException {
    Process running = process;
    if (running == null || !running.isAlive()) {
      running =
          Machine.javaProcess(
                  List.of("-Xmx" + HEAP_MB + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                  Main.class,
                  List.of("--properties", directory.resolve("store.properties").toString()))
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(directory.resolve("store.log").toFile()))
              .start();
      process = running;
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!takesConnections()) {
      if (System.nanoTime() > end || !running.isAlive()) {
        throw new IOException("the object store does not start, see " + directory);
      }
      Thread.sleep(POLL_MS);
    }
  }

  private boolean takesConnections() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it as {@code kill -9} does; what it holds stays. */
  void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /** What leads to it. */
  CutProxy network() {
    return network;
  }

  /** Flags of a JVM whose calls it takes. */
  static List<String> credentials() {
    return List.of("-Daws.accessKeyId=" + ACCESS_KEY, "-Daws.secretAccessKey=" + SECRET_KEY);
  }

  /** Lines of a configuration, below {@code snapshots}, that name a place in it. */
  String yaml(String prefix) {
    return """
      store:
        location: "s3://%s/%s"
        endpoint: "http://127.0.0.1:%d"
        path_style: true
        timeout: %s
    """
        .formatted(BUCKET, prefix, throughNetwork, CALL_TIMEOUT);
  }

  /** What is there under a prefix. */
  StoredFiles files(String prefix) {
    return new StoredFiles(directory.resolve("data").resolve(BUCKET).resolve(prefix));
  }

  private void end() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The process is ending: the hook does the work.
    }
    end();
    network.close();
  }
}
