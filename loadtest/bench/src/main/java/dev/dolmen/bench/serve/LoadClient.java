package dev.dolmen.bench.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.traffic.local.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link ServeLoadProcess}, as who asks it sees it. One thread. */
final class LoadClient implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * The heap is small and collected by one thread, so that little is taken from the server. A JVM
   * refuses two collectors, and jvm.options may name one.
   */
  private static final List<String> FLAGS =
      List.of("-Xms256m", "-Xmx256m", "-XX:-UseG1GC", "-XX:-UseParallelGC", "-XX:+UseSerialGC");

  /** It may take so much longer than a step is. */
  private static final long PATIENCE_SEC = 120;

  private static final String END = "";

  private final Process process;
  private final Path log;
  private final Writer steps;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Thread atExit;

  /**
   * Starts it; returns when it is ready. The server need not be.
   *
   * @param log file for what it says beside its answers
   */
  LoadClient(int port, LargeShop shop, long seed, Path log)
      throws IOException, InterruptedException {
    this.log = log;
    process =
        Machine.javaProcess(
                FLAGS,
                ServeLoadProcess.class,
                List.of(
                    Integer.toString(port), Integer.toString(shop.items()), Long.toString(seed)))
            .redirectErrorStream(false)
            .redirectError(log.toFile())
            .start();
    steps = process.outputWriter(StandardCharsets.UTF_8);
    atExit = Thread.ofPlatform().unstarted(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(atExit);
    Thread.ofPlatform().daemon().name("load-answers").start(this::read);
    answer(PATIENCE_SEC);
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("{")) {
          answers.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      answers.add(END);
    }
  }

  /**
   * Does a step; returns when it is over.
   *
   * @throws IOException with what the process said, if it has ended or does not answer
   */
  LoadFigures run(LoadStep step) throws IOException, InterruptedException {
    try {
      steps.write(MAPPER.writeValueAsString(step) + "\n");
      steps.flush();
    } catch (IOException e) {
      throw new IOException(said("has ended"), e);
    }
    long seconds = (long) Math.ceil(step.settleSeconds() + step.seconds()) + PATIENCE_SEC;
    return MAPPER.readValue(answer(seconds), LoadFigures.class);
  }

  private String answer(long seconds) throws IOException, InterruptedException {
    @Nullable String answer = answers.poll(seconds, TimeUnit.SECONDS);
    if (END.equals(answer)) {
      answers.add(END); // Of the next step, too, which may be written before the process is gone.
    }
    if (answer == null || answer.equals(END)) {
      throw new IOException(
          said(answer == null ? "has not answered after " + seconds + " s" : "has ended"));
    }
    return answer;
  }

  private String said(String what) throws IOException {
    return "the load process " + what + ":\n" + Files.readString(log);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // This process is ending, too: the hook does the work.
    }
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
