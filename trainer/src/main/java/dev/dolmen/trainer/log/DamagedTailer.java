package dev.dolmen.trainer.log;

/** Stands where a log cannot be read, and says so when it is. */
final class DamagedTailer implements LogTailer {
  private final LogDamagedException damage;

  DamagedTailer(LogDamagedException damage) {
    this.damage = damage;
  }

  @Override
  public boolean next() {
    throw damage;
  }

  @Override
  public byte[] bytes() {
    throw damage;
  }

  @Override
  public int length() {
    throw damage;
  }

  @Override
  public long offset() {
    throw damage;
  }

  @Override
  public void close() {}
}
