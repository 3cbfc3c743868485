package dev.dolmen.trainer.sync;

import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.trainer.stream.StreamState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** The stream state as a base holds it: its counts, its parts in their order, the priors' shape. */
final class StateParts {
  private final StreamState.Counts counts;
  private final List<StateCopy> copies = new ArrayList<>();

  /** Takes the state of now; between two batches. */
  StateParts(StreamState stream) {
    counts = stream.counts();
    for (StreamPart part : stream.parts()) {
      copies.add(part.copy());
    }
    copies.add(stream.priorShape().copy());
  }

  /** Writes it. Any one thread. */
  void writeTo(OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.writeLong(counts.eventTimeMs());
    out.writeLong(counts.inapplicable());
    out.writeLong(counts.flooded());
    for (StateCopy copy : copies) {
      copy.writeTo(out);
    }
    out.flush();
  }

  /** Reads what was written into a state that has been told of nothing yet. */
  static void read(InputStream from, StreamState stream) throws IOException {
    DataInputStream in = new DataInputStream(from);
    stream.restore(new StreamState.Counts(in.readLong(), in.readLong(), in.readLong()));
    for (StreamPart part : stream.parts()) {
      part.readFrom(in);
    }
    stream.priorShape().readFrom(in);
  }
}
