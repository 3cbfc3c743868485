package dev.dolmen.parameterstore.archive;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A server that speaks S3, in a process of its own: S3Proxy on a folder, in which an object is the
 * file of its name. Calls have to be signed with {@link #useCredentials what it knows}.
 */
public final class S3Server implements AutoCloseable {
  private static final String ACCESS_KEY = "dolmen-test";
  private static final String SECRET_KEY = "no-secret-at-all";
  private static final String BUCKET = "shop";
  private static final long START_MS = 60_000;

  private final Path folder;
  private final int port;
  private Process process;

  private S3Server(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** Starts it on an empty folder, with one bucket. */
  public static S3Server start(Path folder) throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.createDirectories(folder.resolve("data").resolve(BUCKET));
    S3Server server = new S3Server(folder, port, launch(folder, port));
    server.awaitUp();
    return server;
  }

  /** From here on this process signs with keys that the server knows. */
  public static void useCredentials() {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
  }

  private static Process launch(Path folder, int port) throws IOException {
    Path properties = folder.resolve("s3proxy.properties");
    Files.writeString(
        properties,
        String.join(
            "\n",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + ACCESS_KEY,
            "s3proxy.credential=" + SECRET_KEY,
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + folder.resolve("data")));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            "org.gaul.s3proxy.Main",
            "--properties",
            properties.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.to(new File(folder.toFile(), "s3proxy.log")))
        .start();
  }

  private void awaitUp() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
    while (!answers()) {
      if (System.nanoTime() > end || !process.isAlive()) {
        process.destroyForcibly();
        throw new IllegalStateException("no S3 on port " + port + ", see " + folder);
      }
      Thread.sleep(50);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** A place in its bucket. */
  public StoreLocation location(String prefix, long timeoutMs) {
    return new StoreLocation(
        "s3://" + BUCKET + "/" + prefix, "http://127.0.0.1:" + port, "", true, timeoutMs);
  }

  /** The folder that holds what was put under a prefix. */
  public Path files(String prefix) {
    return folder.resolve("data").resolve(BUCKET).resolve(prefix);
  }

  /** Ends it at once; what it holds stays. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it again where it was. */
  public void restart() throws IOException, InterruptedException {
    process = launch(folder, port);
    awaitUp();
  }

  /** It takes connections and says nothing, or goes on. */
  public void pause(boolean paused) throws IOException, InterruptedException {
    int ended =
        new ProcessBuilder("kill", paused ? "-STOP" : "-CONT", Long.toString(process.pid()))
            .start()
            .waitFor();
    if (ended != 0) {
      throw new IOException("kill ended with " + ended);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
