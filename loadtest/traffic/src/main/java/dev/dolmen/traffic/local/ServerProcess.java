package dev.dolmen.traffic.local;

import dev.dolmen.server.cli.DolmenCommand;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, {@code dolmen serve} or one that takes the same, on two ports
 * that stay the same from start to start. One thread.
 */
public final class ServerProcess implements AutoCloseable {
  /** For so long a start, or an end, of a server of no great size may take. */
  public static final Duration READY_WITHIN = Duration.ofMinutes(2);

  /** Says that it takes feedback. */
  public static final String TAKES_FEEDBACK = "/readyz/feedback";

  private static final int POLL_MS = 5;

  private final String command;
  private final Path config;
  private final Path log;
  private final List<String> flags;
  private final int port = FreePorts.next();
  private final int metricsPort = FreePorts.next();
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Path jars;
  private Class<?> main;
  private long startNanos;
  private volatile @Nullable Process process;

  /** Without it, who is ended by a signal would leave a server behind. */
  private final Thread atExit =
      Thread.ofPlatform().name("server-process-exit").unstarted(this::end);

  /**
   * {@code dolmen serve}.
   *
   * @param config its configuration
   * @param log file that its output is appended to
   * @param heapMb its heap at most
   */
  public static ServerProcess serving(Path config, Path log, int heapMb) throws IOException {
    return serving(config, log, heapMb, List.of());
  }

  /**
   * The same of another build.
   *
   * @param jars its folder of jars; null for this program's
   */
  public static ServerProcess serving(Path config, Path log, int heapMb, @Nullable Path jars)
      throws IOException {
    return new ServerProcess(
        DolmenCommand.class, "serve", config, log, List.of(heap(heapMb)), jars);
  }

  /**
   * {@code dolmen serve} with other flags of the JVM.
   *
   * @param flags come after all others
   */
  public static ServerProcess serving(Path config, Path log, int heapMb, List<String> flags)
      throws IOException {
    return serving(config, log, heapMb, flags, null);
  }

  /**
   * The same of another build.
   *
   * @param flags come after all others
   * @param jars its folder of jars; null for this program's
   */
  public static ServerProcess serving(
      Path config, Path log, int heapMb, List<String> flags, @Nullable Path jars)
      throws IOException {
    List<String> all = Stream.concat(Stream.of(heap(heapMb)), flags.stream()).toList();
    return new ServerProcess(DolmenCommand.class, "serve", config, log, all, jars);
  }

  private static String heap(int mb) {
    return "-Xmx" + mb + "m";
  }

  /**
   * Another server.
   *
   * @param main takes {@code command --config FILE --port N --metrics-port N}
   */
  public ServerProcess(Class<?> main, String command, Path config, Path log, int heapMb)
      throws IOException {
    this(main, command, config, log, List.of(heap(heapMb)), null);
  }

  private ServerProcess(
      Class<?> main, String command, Path config, Path log, List<String> flags, @Nullable Path jars)
      throws IOException {
    this.jars = jars;
    this.flags = flags;
    this.main = main;
    this.command = command;
    this.config = config;
    this.log = log;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Where gRPC listens. */
  public int port() {
    return port;
  }

  /** Where metrics and probes are answered. */
  public int metricsPort() {
    return metricsPort;
  }

  /** The process that was started last; 0 if none was. */
  public long pid() {
    Process running = process;
    return running == null ? 0 : running.pid();
  }

  /** Whether the process that was started last has not ended. */
  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** The exit code of the process that was started last, if it has ended. */
  public OptionalInt exitValue() {
    Process ended = process;
    return ended == null || ended.isAlive()
        ? OptionalInt.empty()
        : OptionalInt.of(ended.exitValue());
  }

  /**
   * Starts the process and waits until it says that it takes feedback: later than recommendations,
   * if it has a log to replay.
   *
   * @return milliseconds from the start of the process
   * @throws IOException with the end of its output if it ends, or is not ready for two minutes
   */
  public long start() throws IOException, InterruptedException {
    return start(TAKES_FEEDBACK);
  }

  /**
   * As the other, with another sign that it is ready.
   *
   * @param probe that says so
   */
  public long start(String probe) throws IOException, InterruptedException {
    begin();
    return awaitReady(probe);
  }

  /** Starts the process; returns at once. */
  public void begin() throws IOException {
    startNanos = System.nanoTime();
    var _ = launch();
  }

  /**
   * Waits until the process that was started last is ready.
   *
   * @param probe that says so
   * @return milliseconds from the start of the process
   * @throws IOException as {@link #start()}
   */
  public long awaitReady(String probe) throws IOException, InterruptedException {
    return awaitReady(probe, READY_WITHIN);
  }

  /**
   * As the other, where much has to be read first.
   *
   * @param within for so long it may take
   */
  public long awaitReady(String probe, Duration within) throws IOException, InterruptedException {
    while (!ready(probe)) {
      OptionalInt ended = exitValue();
      if (ended.isPresent()) {
        throw new IOException("the server ended with " + ended.getAsInt() + output());
      }
      if (System.nanoTime() - startNanos > within.toNanos()) {
        throw new IOException("the server is not ready after " + within + output());
      }
      Thread.sleep(POLL_MS);
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  /**
   * What starts run from here on.
   *
   * @param next takes what the one before took
   */
  public void runs(Class<?> next) {
    main = next;
  }

  /** Starts run this program from here on, whatever build they ran. */
  public void runsThisProgram() {
    jars = null;
  }

  /**
   * Starts the process, which is to end by itself with exit code 1.
   *
   * @return the end of its output
   * @throws IOException if it ends with another one, or not within two minutes
   */
  public String startRefused() throws IOException, InterruptedException {
    Process started = launch();
    if (!started.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException("the server has not ended after " + READY_WITHIN + output());
    }
    if (started.exitValue() != 1) {
      throw new IOException(
          "the server ended with " + started.exitValue() + ", expected 1" + output());
    }
    return output();
  }

  private Process launch() throws IOException {
    List<String> arguments =
        List.of(
            command,
            "--config",
            config.toString(),
            "--port",
            Integer.toString(port),
            "--metrics-port",
            Integer.toString(metricsPort));
    Path build = jars;
    ProcessBuilder java;
    if (build == null) {
      ServerProgram program = ServerProgram.ofThisProcess();
      List<String> all = Stream.concat(program.flags().stream(), flags.stream()).toList();
      java = Machine.javaProcess(program.classes(), all, main, arguments);
      java.environment().put("DOLMEN_SERVER_HTTP_PORT", "0"); // Another build may not know it.
    } else {
      java = Machine.javaProcess(build, flags, main, arguments);
    }
    Process started = java.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    process = started;
    return started;
  }

  private boolean ready(String probe) throws InterruptedException {
    return answer(probe).startsWith("200 ");
  }

  /**
   * What the process answers to a probe: status, space, text; empty while it does not listen.
   *
   * @param probe path of it
   */
  public String answer(String probe) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + metricsPort + probe);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return ""; // It does not listen yet.
    }
  }

  private String output() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return ":\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }

  /** Asks it to end, as {@code kill} does, and waits until it has. */
  public void stop() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroy();
      running.waitFor();
    }
  }

  /** Ends it as {@code kill -9} does, and waits for its end. */
  public void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The process is ending: the hook does the work.
    }
    end();
    http.close();
  }

  private void end() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }
}
