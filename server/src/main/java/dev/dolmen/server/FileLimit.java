package dev.dolmen.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections leave enough of the process' file descriptors for everything else: the log's
 * and the snapshots' files, the metrics port, a file that is looked at. Without it those who open
 * connections and say nothing keep the log from its next file.
 */
final class FileLimit {
  /** The metrics port's connections, and files that may be open at once besides those of now. */
  static final int RESERVED = 128 + 72;

  /** Files that are open besides the class path's: the log's, the journal's, the threads' own. */
  private static final int OTHERS = 60;

  /** What callers get where the limit is so low that nothing would be left. */
  private static final int SHARE = 4;

  private static final Logger LOG = LoggerFactory.getLogger(FileLimit.class);

  private FileLimit() {}

  /**
   * Connections that may be open at once: as many as were asked for, or as there are descriptors
   * for, which is said in a warning.
   */
  static int connections(int wanted) {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os)) {
      return wanted;
    }
    long files = os.getMaxFileDescriptorCount();
    // Of the class path's files most are opened later, when something in them is needed.
    int classPath = System.getProperty("java.class.path", "").split(File.pathSeparator).length;
    long open = Math.max(os.getOpenFileDescriptorCount(), classPath + OTHERS);
    int room = connections(wanted, files, open);
    if (room < wanted) {
      LOG.warn(
          "server.limits.max_connections: {} is cut to {}, as the process may have {} files open"
              + " (ulimit -n)",
          wanted,
          room,
          files);
    }
    return room;
  }

  /**
   * As above.
   *
   * @param files that the process may have open; 0 or less if that is not known
   * @param open by everything that is always open
   */
  static int connections(int wanted, long files, long open) {
    if (files <= 0) {
      return wanted;
    }
    long room = Math.max(files / SHARE, files - Math.max(0, open) - RESERVED);
    return (int) Math.min(wanted, Math.max(1, room));
  }
}
