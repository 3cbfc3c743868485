package dev.dolmen.server.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one interaction file row by row. */
public final class InteractionReader implements Closeable {
  private final AtomicFileReader in;
  private final int part;
  private final int session;
  private final int user;
  private final int item;
  private final int time;
  private final List<String> contextNames;
  private final int[] contexts;

  private InteractionReader(AtomicFileReader in, int part, @Nullable List<String> contextNames)
      throws IOException {
    this.in = in;
    this.part = part;
    user = in.indexOf("user_id");
    session =
        in.indexOf("session_id") >= 0
            ? in.require("session_id", AtomicColumn.Type.TOKEN)
            : in.require("user_id", AtomicColumn.Type.TOKEN);
    item = in.require("item_id", AtomicColumn.Type.TOKEN);
    time = in.require("timestamp", AtomicColumn.Type.FLOAT);
    this.contextNames = contextNames == null ? candidates() : List.copyOf(contextNames);
    contexts = new int[this.contextNames.size()];
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = in.require(this.contextNames.get(i), AtomicColumn.Type.TOKEN);
    }
  }

  /**
   * Opens a file and checks its header.
   *
   * @param contextNames token columns to read as context; null reads all that there are beside
   *     session, user and item
   */
  public static InteractionReader open(Path file, int part, @Nullable List<String> contextNames)
      throws IOException {
    AtomicFileReader in = AtomicFileReader.open(file);
    try {
      return new InteractionReader(in, part, contextNames);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private List<String> candidates() {
    List<String> names = new ArrayList<>();
    List<AtomicColumn> columns = in.columns();
    for (int c = 0; c < columns.size(); c++) {
      if (c != session
          && c != user
          && c != item
          && columns.get(c).type() == AtomicColumn.Type.TOKEN) {
        names.add(columns.get(c).name());
      }
    }
    return List.copyOf(names);
  }

  /** Columns read as context, in the order of {@link Interaction#context}. */
  public List<String> contextNames() {
    return contextNames;
  }

  /** The next row, or null at the end. */
  public @Nullable Interaction next() throws IOException {
    if (!in.next()) {
      return null;
    }
    double at = in.number(time);
    if (Double.isNaN(at)) {
      throw in.malformed(time, "empty, expected a number");
    }
    if (at < 0) {
      throw in.malformed(time, at + ", expected 0 or more");
    }
    List<String> context = new ArrayList<>(contexts.length);
    for (int column : contexts) {
      context.add(in.text(column));
    }
    return new Interaction(
        part,
        in.line(),
        in.token(session),
        user < 0 ? "" : in.text(user),
        in.token(item),
        at,
        context);
  }

  /** Bytes of the file read so far. */
  long bytesRead() throws IOException {
    return in.bytesRead();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
