package dev.dolmen.traffic.local;

import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of this program's Java and classes that measures something and ends. */
public final class MeasuringProcess {
  private final Terminal progress;
  private final Class<?> main;
  private final long heapMb;
  private final List<String> flags;

  /**
   * @param progress shows what is measured and the time left
   * @param main class to run
   * @param heapMb size of the heap, touched as a whole at the start
   * @param flags of the JVM beside those of jvm.options
   */
  public MeasuringProcess(Terminal progress, Class<?> main, long heapMb, List<String> flags) {
    this.progress = progress;
    this.main = main;
    this.heapMb = heapMb;
    this.flags = List.copyOf(flags);
  }

  /**
   * Runs to its end.
   *
   * @param what for the progress line
   * @param leftSeconds estimate of this and all that follows
   * @param log file for its output
   * @throws CommandFailedException with its output if it does not end with exit code 0
   */
  public void run(String what, double leftSeconds, Path log, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-Xms" + heapMb + "m", "-Xmx" + heapMb + "m"));
    all.add("-XX:+AlwaysPreTouch");
    all.addAll(flags);
    Process process =
        Machine.javaProcess(all, main, List.of(arguments)).redirectOutput(log.toFile()).start();
    await(process, what, leftSeconds);
    if (process.exitValue() != 0) {
      throw new CommandFailedException(
          1, what + ": exit code " + process.exitValue() + "\n" + Files.readString(log));
    }
  }

  private void await(Process process, String what, double leftSeconds) throws InterruptedException {
    Thread end = Thread.ofPlatform().unstarted(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      if (!progress.interactive()) {
        progress.line(what + ", about " + Amounts.duration(leftSeconds) + " left");
      }
      long start = System.nanoTime();
      do {
        double left = Math.max(0, leftSeconds - (System.nanoTime() - start) / 1e9);
        progress.redraw(List.of(what + ", about " + Amounts.duration(left) + " left"));
      } while (!process.waitFor(1, TimeUnit.SECONDS));
      progress.clear();
      Runtime.getRuntime().removeShutdownHook(end);
    } finally {
      process.destroy();
    }
  }
}
