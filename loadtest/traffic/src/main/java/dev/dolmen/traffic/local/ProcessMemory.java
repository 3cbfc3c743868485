package dev.dolmen.traffic.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Memory that a process has resident, or ever had, as Linux counts it (VmRSS, VmHWM). */
public final class ProcessMemory {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";

  private ProcessMemory() {}

  /** What a process has resident now; empty if it cannot be read. */
  public static OptionalLong rssBytes(long pid) {
    return status(PROC.resolve(Long.toString(pid)), "VmRSS:");
  }

  /** The most that this process ever had. */
  public static OptionalLong ownPeakRssBytes() {
    return peak(PROC.resolve("self"));
  }

  /** The most that a process ever had, or since {@link #forgetPeak}; empty if it has ended. */
  public static OptionalLong peakRssBytes(long pid) {
    return peak(PROC.resolve(Long.toString(pid)));
  }

  /**
   * Lets {@link #ownPeakRssBytes} begin anew from what is resident now (proc(5), clear_refs).
   *
   * @return false if the system does not let it: the peak stays that of the whole life
   */
  public static boolean forgetOwnPeak() {
    return forgetPeak(PROC.resolve("self"));
  }

  /** The same of a process of this user. */
  public static boolean forgetPeak(long pid) {
    return forgetPeak(PROC.resolve(Long.toString(pid)));
  }

  private static boolean forgetPeak(Path process) {
    try {
      Files.writeString(process.resolve("clear_refs"), "5", StandardOpenOption.WRITE);
      return true;
    } catch (IOException e) {
      return false; // Not Linux, or not allowed.
    }
  }

  /**
   * The same of the process on this machine that listens on a port; empty if it cannot be found or
   * read.
   */
  public static OptionalLong listenerPeakRssBytes(int port) {
    try {
      Set<String> sockets = listeningSockets(port);
      try (Stream<Path> processes = Files.list(PROC)) {
        return processes
            .filter(p -> String.valueOf(p.getFileName()).matches("[0-9]+"))
            .filter(p -> holdsAny(p, sockets))
            .map(ProcessMemory::peak)
            .filter(OptionalLong::isPresent)
            .findFirst()
            .orElse(OptionalLong.empty());
      }
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong peak(Path process) {
    return status(process, "VmHWM:");
  }

  private static OptionalLong status(Path process, String field) {
    try {
      for (String line : Files.readAllLines(process.resolve("status"))) {
        if (line.startsWith(field)) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024);
        }
      }
    } catch (IOException e) {
      return OptionalLong.empty(); // Not Linux, or the process has ended.
    }
    return OptionalLong.empty();
  }

  /** Inodes of sockets that listen on a port, as links in {@code /proc/PID/fd} name them. */
  private static Set<String> listeningSockets(int port) throws IOException {
    String suffix = ":" + String.format(Locale.ROOT, "%04X", port);
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : Files.readAllLines(PROC.resolve(table))) {
        List<String> fields = List.of(line.strip().split(" +", -1));
        if (fields.size() > 9
            && fields.get(1).endsWith(suffix)
            && fields.get(3).equals(LISTENING)) {
          sockets.add("socket:[" + fields.get(9) + "]");
        }
      }
    }
    return sockets;
  }

  private static boolean holdsAny(Path process, Set<String> sockets) {
    try (Stream<Path> files = Files.list(process.resolve("fd"))) {
      return files.anyMatch(f -> sockets.contains(target(f)));
    } catch (IOException e) {
      return false; // Another user's process.
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }
}
