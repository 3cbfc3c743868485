package dev.dolmen.trainer.state;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Copies a part of the state whose arrays training changes in place: writes it at once, into a
 * buffer that the next copy uses again. So one copy is in use at a time.
 */
public final class StateBytes {
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

  /** What {@code live} writes now. */
  public StateCopy copy(StateCopy live) {
    buffer.reset();
    try {
      live.writeTo(new DataOutputStream(buffer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out -> out.write(buffer.toByteArray());
  }
}
