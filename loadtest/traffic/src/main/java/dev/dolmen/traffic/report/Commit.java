package dev.dolmen.traffic.report;

import dev.dolmen.server.Version;
import dev.dolmen.traffic.local.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which program measured.
 *
 * @param id short name of the commit, or the program's version where there is no checkout
 * @param changed whether files of the checkout differ from it
 */
public record Commit(String id, boolean changed) {
  private static final long PATIENCE_SECONDS = 10;

  /** Of the checkout that this program runs from, if it runs from one. */
  static Commit current() throws InterruptedException {
    Path options = Machine.jvmOptions();
    Path home = options == null ? Path.of("") : options.getParent();
    return of(home == null ? Path.of("") : home);
  }

  /** Of the checkout that a folder belongs to. */
  static Commit of(Path folder) throws InterruptedException {
    String id = git(folder, "rev-parse", "--short", "HEAD");
    if (id == null || id.isEmpty()) {
      return new Commit(Version.current(), false);
    }
    String changes = git(folder, "status", "--porcelain", "--untracked-files=no");
    return new Commit(id, changes != null && !changes.isEmpty());
  }

  /** What git prints there; null if it is not installed, fails, or takes too long. */
  private static @Nullable String git(Path folder, String... arguments)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "--no-optional-locks"));
    command.addAll(List.of(arguments));
    try {
      Process git =
          new ProcessBuilder(command)
              .directory(folder.toAbsolutePath().toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String printed = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean ended = git.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return ended && git.exitValue() == 0 ? printed.strip() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** As a report says it. */
  @Override
  public String toString() {
    return changed ? id + ", and changes" : id;
  }
}
