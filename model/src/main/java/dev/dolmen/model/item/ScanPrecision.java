package dev.dolmen.model.item;

/** Of which numbers a scan reads first. */
public enum ScanPrecision {
  /** The vectors' own floats. */
  FP32,

  /** The high halves of the floats: half as many bytes to read. */
  BF16,

  /** Bytes with a scale per item: a quarter of the bytes. */
  INT8
}
