package dev.dolmen.parameterstore.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel to back memory by huge pages (Linux, {@code madvise(MADV_HUGEPAGE)}, which takes
 * effect where transparent huge pages are set to {@code madvise} or {@code always}): rows found at
 * random then miss the translation buffer far less often. Where there is no such call, or it is
 * refused, memory stays as it is.
 */
public final class HugePages {
  /** Bytes of one. What a range touches is rounded up to it. */
  public static final long BYTES = 2L << 20;

  private static final long PAGE_BYTES = 4096;
  private static final int MADV_HUGEPAGE = 14;
  private static final @Nullable MethodHandle MADVISE = find();

  private HugePages() {}

  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle find() {
    Linker linker = Linker.nativeLinker();
    return System.getProperty("os.name").equals("Linux")
        ? linker
            .defaultLookup()
            .find("madvise")
            .map(address ->
                linker.downcallHandle(
                    address,
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT)))
            .orElse(null)
        : null;
  }

  /**
   * Asks for the whole pages within {@code [address, address + bytes)}.
   *
   * @return whether the kernel agreed
   */
  public static boolean advise(long address, long bytes) {
    long start = (address + PAGE_BYTES - 1) & -PAGE_BYTES;
    long length = ((address + bytes) & -PAGE_BYTES) - start;
    if (MADVISE == null || length <= 0) {
      return false;
    }
    try {
      return (int) MADVISE.invokeExact(start, length, MADV_HUGEPAGE) == 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("madvise", e);
    }
  }
}
