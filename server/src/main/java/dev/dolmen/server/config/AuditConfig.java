package dev.dolmen.server.config;

import dev.dolmen.parameterstore.range.WholeRange;

/**
 * The audit log: who changed what, and who tried to.
 *
 * @param enabled whether there is one
 * @param maxFileBytes size at which a new file begins
 * @param maxBytes of all files; the oldest go
 */
public record AuditConfig(boolean enabled, long maxFileBytes, long maxBytes) {
  /** None. */
  public static final AuditConfig OFF = new AuditConfig(false, 16L << 20, 128L << 20);

  static AuditConfig read(ConfigSection s) {
    AuditConfig audit =
        new AuditConfig(
            s.flag("enabled", true),
            s.bytes("max_file_bytes", OFF.maxFileBytes(), WholeRange.of(64L << 10, 1L << 30)),
            s.bytes("max_bytes", OFF.maxBytes(), WholeRange.of(128L << 10, 1L << 40)));
    if (audit.maxBytes() < 2 * audit.maxFileBytes()) {
      s.reject(
          "max_bytes",
          HumanUnits.format(audit.maxBytes())
              + ": expected at least twice max_file_bytes, "
              + HumanUnits.format(2 * audit.maxFileBytes()));
    }
    return audit;
  }
}
