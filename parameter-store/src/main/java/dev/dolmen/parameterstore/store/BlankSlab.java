package dev.dolmen.parameterstore.store;

import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.RandomDataOutput;
import net.openhft.chronicle.hash.AbstractData;
import org.jspecify.annotations.Nullable;

/**
 * A value for a place of a Chronicle Map that no value has been in: the map's memory is zeros
 * there, and is left untouched, so that a slab's pages come from the kernel one by one as rows are
 * written, instead of all at once and for nothing.
 */
final class BlankSlab extends AbstractData<byte[]> {
  private final int size;

  /**
   * @param size bytes of the slab
   */
  BlankSlab(int size) {
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  @SuppressWarnings("rawtypes") // As the interface has it.
  public void writeTo(RandomDataOutput target, long targetOffset) {
    // Zeros already.
  }

  @Override
  public RandomDataInput bytes() {
    return BytesStore.empty();
  }

  @Override
  public long offset() {
    return 0;
  }

  @Override
  public byte[] get() {
    return new byte[size];
  }

  @Override
  public byte[] getUsing(byte @Nullable [] using) {
    return get();
  }
}
