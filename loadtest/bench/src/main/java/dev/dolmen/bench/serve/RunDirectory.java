package dev.dolmen.bench.serve;

import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.DirectoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder next to what is kept, so that it can be linked; it goes, also when interrupted. */
final class RunDirectory implements AutoCloseable {
  private final Path path;
  private final Thread atExit = Thread.ofPlatform().unstarted(this::delete);

  private RunDirectory(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Where learned shops are kept unless another folder is named. */
  static Path standard() {
    return Path.of(
        System.getProperty("java.io.tmpdir"),
        "dolmen-bench-serve-" + System.getProperty("user.name"));
  }

  static RunDirectory in(Path kept) throws IOException {
    PrivateFiles.createDirectories(kept);
    return new RunDirectory(Files.createTempDirectory(kept, "run-"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      if (Runtime.getRuntime().removeShutdownHook(atExit)) {
        delete();
      }
    } catch (IllegalStateException e) {
      return; // The process is ending: the hook does the work.
    }
  }

  private void delete() {
    try {
      DirectoryTree.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
