package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A snapshot in memory. */
final class MemorySnapshot implements SnapshotWriter {
  private final Map<String, ByteArrayOutputStream> sections = new TreeMap<>();

  @Override
  public DataOutputStream section(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    sections.put(name, bytes);
    return new DataOutputStream(bytes);
  }

  SnapshotReader reader() {
    return new SnapshotReader() {
      @Override
      public Set<String> sections() {
        return sections.keySet();
      }

      @Override
      public DataInputStream section(String name) throws IOException {
        ByteArrayOutputStream bytes = sections.get(name);
        if (bytes == null) {
          throw new FileNotFoundException(name);
        }
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
      }
    };
  }

  byte[] bytes(String name) {
    ByteArrayOutputStream bytes = sections.get(name);
    if (bytes == null) {
      throw new AssertionError("no section " + name);
    }
    return bytes.toByteArray();
  }
}
