package dev.dolmen.trainer.kept;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.trainer.state.StateCopy;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thing that takes long to compute, in a folder of its own with checksums: the newest is kept,
 * under what it is of. Whatever goes wrong is logged, and the thing counts as not there. One thread
 * at a time, of the process that holds the data directory.
 */
public final class KeptPart {
  private static final Logger LOG = LoggerFactory.getLogger(KeptPart.class);

  private static final String DIRECTORY = "kept";
  private static final String SECTION = "kept";
  private static final String VERSION = "keptVersion";

  private final Path dataDirectory;
  private final Path directory;
  private final String name;
  private final int version;

  /** Reads what was kept. */
  @FunctionalInterface
  public interface Reader {
    /** May throw before it has read everything; what it has read by then was as written. */
    void readFrom(DataInput in) throws IOException;
  }

  /**
   * Touches nothing yet.
   *
   * @param name of the folder, and in what is logged
   * @param version of what is written into it: what another version wrote is not read
   */
  public KeptPart(Path dataDirectory, String name, int version) {
    this.dataDirectory = dataDirectory;
    directory = dataDirectory.resolve(DIRECTORY).resolve(name);
    this.name = name;
    this.version = version;
  }

  /**
   * Keeps it in the place of what was kept before, which stays if that fails. It may take half of
   * the room that the disk has left: the log needs it more.
   *
   * @param of what it is of; whoever reads it must say the same
   * @param bytes that are written, about
   */
  public void keep(Map<String, String> of, long bytes, StateCopy content) {
    try {
      long room = dataDirectory.toFile().getUsableSpace();
      if (room / 2 < bytes) {
        throw new IOException(bytes + " bytes, and the disk has room for " + room);
      }
      SnapshotStore store = SnapshotStore.open(directory);
      String newest = store.ids().isEmpty() ? "0" : store.ids().getLast();
      String id = "%016d".formatted(Long.parseLong(newest) + 1);
      try (SnapshotDraft draft = store.create(id, null)) {
        try (DataOutputStream out = draft.section(SECTION)) {
          content.writeTo(out);
        }
        draft.commit(versioned(of));
      }
      for (String older : store.ids()) {
        if (!older.equals(id)) {
          store.delete(older);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} are not kept, so that the next start computes them: {}", name, e.toString());
      LOG.debug("In full", e);
    }
  }

  /**
   * Reads what was kept, if it is of just this.
   *
   * @return whether it was, and was read to its end
   */
  public boolean read(Map<String, String> of, Reader reader) {
    try {
      SnapshotStore store = SnapshotStore.openReadOnly(directory);
      if (store.ids().isEmpty()) {
        return false;
      }
      Snapshot kept = store.open(store.ids().getLast());
      if (!kept.manifest().metadata().equals(versioned(of))) {
        return false;
      }
      try (DataInputStream in = kept.section(SECTION)) {
        reader.readFrom(in);
        if (in.read() >= 0) {
          throw new EOFException("something stands behind its end");
        }
      }
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} that were kept cannot be read, and are computed: {}", name, e.toString());
      LOG.debug("In full", e);
      return false;
    }
  }

  private Map<String, String> versioned(Map<String, String> of) {
    Map<String, String> all = new HashMap<>(of);
    all.put(VERSION, Integer.toString(version));
    return all;
  }
}
