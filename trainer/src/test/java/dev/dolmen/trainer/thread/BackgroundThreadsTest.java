package dev.dolmen.trainer.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class BackgroundThreadsTest {
  private static final int NICEST = 19;

  @Test
  void aThreadOfTheBackgroundIsNicerThanTheProcess() throws Exception {
    int ofProcess = niceness("/proc/self/stat");
    assertThat(nicenessOf(BackgroundThreads.LEARNING))
        .isEqualTo(Math.min(NICEST, ofProcess + BackgroundThreads.LEARNING));
    assertThat(nicenessOf(BackgroundThreads.UPKEEP))
        .isEqualTo(Math.min(NICEST, ofProcess + BackgroundThreads.UPKEEP));
  }

  @Test
  void whoJoinsAgainGetsNoNicer() throws Exception {
    CompletableFuture<int[]> seen = new CompletableFuture<>();
    Thread thread =
        BackgroundThreads.unstarted(
            "joins",
            BackgroundThreads.UPKEEP,
            () -> {
              int once = niceness("/proc/thread-self/stat");
              BackgroundThreads.join(BackgroundThreads.UPKEEP);
              BackgroundThreads.join(BackgroundThreads.LEARNING);
              seen.complete(new int[] {once, niceness("/proc/thread-self/stat")});
            });
    assertThat(thread.isDaemon()).isTrue();
    thread.start();
    thread.join();
    assertThat(seen.get()[1]).isEqualTo(seen.get()[0]);
  }

  @Test
  void theThreadThatMakesOneStaysAsItIs() throws Exception {
    int before = niceness("/proc/thread-self/stat");
    nicenessOf(BackgroundThreads.UPKEEP);
    assertThat(niceness("/proc/thread-self/stat")).isEqualTo(before);
  }

  private static int nicenessOf(int nicer) throws Exception {
    CompletableFuture<Integer> seen = new CompletableFuture<>();
    Thread thread =
        BackgroundThreads.unstarted(
            "nice", nicer, () -> seen.complete(niceness("/proc/thread-self/stat")));
    thread.start();
    thread.join();
    return seen.get();
  }

  /** Field 19 of proc_pid_stat(5); the name in field 2 may hold spaces. */
  private static int niceness(String stat) {
    try {
      String all = Files.readString(Path.of(stat));
      return Integer.parseInt(all.substring(all.lastIndexOf(')') + 2).split(" ", -1)[16]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
