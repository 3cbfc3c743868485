package dev.dolmen.traffic.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A small file system in memory, which can be filled up; needs root. One thread. */
public final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int PAGE_BYTES = 4_096;

  private final Path directory;
  private final Path ballast;
  private final Thread atExit = Thread.ofPlatform().name("drill-unmount").unstarted(this::unmount);
  private boolean mounted = true;

  private SmallDisk(Path directory) {
    this.directory = directory;
    ballast = directory.resolve("ballast");
  }

  /**
   * Mounts one.
   *
   * @param directory made, and empty
   * @throws IOException if this process may not mount
   */
  public static SmallDisk mount(Path directory, int mebibytes)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    String size = "size=" + mebibytes + "m";
    String problem = run("mount", "-t", "tmpfs", "-o", size, "tmpfs", directory.toString());
    if (!problem.isEmpty()) {
      throw new IOException(
          "a disk that fills up is a tmpfs of "
              + mebibytes
              + " MiB, which needs root and the right to mount: "
              + problem);
    }
    SmallDisk disk = new SmallDisk(directory);
    Runtime.getRuntime().addShutdownHook(disk.atExit);
    return disk;
  }

  /** Whether this process may mount one. */
  public static boolean isPossible() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("dolmen-disk-");
    try (SmallDisk disk = mount(directory, 1)) {
      disk.free();
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      Files.delete(directory);
    }
  }

  /** Runs a command; returns what it said if it failed. */
  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "" : command[0] + ": " + said.strip();
  }

  /** Leaves so much free; 0 for nothing at all. */
  public void fill(long leaveBytes) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            ballast,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND)) {
      long left = directory.toFile().getUsableSpace() - leaveBytes;
      while (left > 0) {
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(left, CHUNK_BYTES));
        while (zeros.hasRemaining()) {
          file.write(zeros);
        }
        left = directory.toFile().getUsableSpace() - leaveBytes;
      }
      while (leaveBytes == 0) {
        file.write(ByteBuffer.allocate(PAGE_BYTES)); // Until it throws.
      }
    } catch (IOException e) {
      if (leaveBytes > 0 || directory.toFile().getUsableSpace() >= PAGE_BYTES) {
        throw e;
      }
    }
  }

  /** Gives the room back. */
  public void free() throws IOException {
    Files.deleteIfExists(ballast);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The process is ending: the hook does the work.
    }
    unmount();
  }

  private void unmount() {
    try {
      if (mounted) {
        mounted = false;
        String problem = run("umount", directory.toString());
        if (!problem.isEmpty()) {
          // It goes with the last process that uses it.
          run("umount", "-l", directory.toString());
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
