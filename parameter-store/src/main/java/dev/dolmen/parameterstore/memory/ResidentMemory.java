package dev.dolmen.parameterstore.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory that this process has in use, of the heap and outside of it, as Linux counts it. */
public final class ResidentMemory {
  /** The second number is what is resident, in pages; see proc_pid_statm(5). */
  private static final Path STATM = Path.of("/proc/self/statm");

  private static final long PAGE_BYTES = 4_096;

  private ResidentMemory() {}

  /** Bytes; empty where the system does not say. Safe for use by several threads. */
  public static OptionalLong bytes() {
    try {
      String[] pages = Files.readString(STATM).split(" ", 3);
      return OptionalLong.of(PAGE_BYTES * Long.parseLong(pages[1]));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
