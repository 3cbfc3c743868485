package dev.dolmen.parameterstore.snapshot;

import java.io.DataOutput;
import java.io.IOException;

/** A section that was copied at the barrier, and is written in one piece. */
public final class WholeSection implements SectionInFlight {
  private final String name;
  private final Content content;

  /** What does not change any more. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it. */
    void writeTo(DataOutput out) throws IOException;
  }

  /** A section of this name. */
  public WholeSection(String name, Content content) {
    this.name = name;
    this.content = content;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean writePiece(DataOutput out, int bytes) throws IOException {
    content.writeTo(out);
    return true;
  }

  @Override
  public long keptBytes() {
    return 0;
  }
}
