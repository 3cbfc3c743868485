package dev.dolmen.bench.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ByteBufferGetStatus;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB, set up to answer from memory; see {@link #SETTINGS}. */
final class RocksRows implements RowTable {
  static final String SETTINGS =
      "no write-ahead log, no compression, 64 MiB memtables, a bloom filter of 10 bits, a block"
          + " cache with every row in it, compacted after the fill, multi-get and write batches";

  static {
    RocksDB.loadLibrary();
  }

  private final PlainAdagrad adagrad;
  private final LRUCache cache;
  private final BloomFilter bloom = new BloomFilter(10);
  private final Options options = new Options();
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final RocksDB db;

  RocksRows(Path directory, int rows, PlainAdagrad adagrad) throws IOException {
    this.adagrad = adagrad;
    cache = new LRUCache(3L * rows * (4L * adagrad.rowFloats() + 64) / 2 + (64 << 20));
    options
        .setCreateIfMissing(true)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setTableFormatConfig(
            new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom));
    try {
      db = RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void insert(long[] fids, int n, float[] weights) throws IOException {
    float[] row = new float[adagrad.rowFloats()];
    byte[] key = new byte[Long.BYTES];
    byte[] value = new byte[4 * row.length];
    try (WriteBatch batch = new WriteBatch()) {
      for (int i = 0; i < n; i++) {
        RowBytes.putFid(fids[i], key);
        adagrad.fill(weights, i * adagrad.dim(), row);
        RowBytes.toBytes(row, value);
        batch.put(key, value);
      }
      db.write(unlogged, batch);
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
  }

  /** Compacts, and reads everything into the block cache. */
  @Override
  public void settle() throws IOException {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true);
        RocksIterator all = db.newIterator()) {
      db.flush(flush);
      db.compactRange();
      all.refresh();
      for (all.seekToFirst(); all.isValid(); all.next()) {
        all.key();
      }
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
  }

  @Override
  public RowSession session() {
    return new Session();
  }

  @Override
  public void close() {
    db.close();
    unlogged.close();
    options.close();
    cache.close();
    bloom.close();
  }

  private final class Session implements RowSession {
    private final List<ByteBuffer> keys = new ArrayList<>();
    private final List<ByteBuffer> values = new ArrayList<>();
    private final float[] row = new float[adagrad.rowFloats()];
    private final byte[] key = new byte[Long.BYTES];
    private final byte[] bytes = new byte[4 * row.length];

    @Override
    public int find(long[] fids, int from, int n, float[] out) throws IOException {
      List<ByteBufferGetStatus> answers = get(fids, from, n);
      int found = 0;
      for (int i = 0; i < n; i++) {
        if (answers.get(i).status.getCode() == Status.Code.Ok) {
          floats(i).get(out, i * adagrad.dim(), adagrad.dim());
          found++;
        }
      }
      return found;
    }

    @Override
    public void update(long[] fids, int from, int n, float[] gradients) throws IOException {
      List<ByteBufferGetStatus> answers = get(fids, from, n);
      try (WriteBatch batch = new WriteBatch()) {
        for (int i = 0; i < n; i++) {
          if (answers.get(i).status.getCode() == Status.Code.Ok) {
            floats(i).get(row);
            adagrad.step(row, gradients, i * adagrad.dim());
            RowBytes.putFid(fids[from + i], key);
            RowBytes.toBytes(row, bytes);
            batch.put(key, bytes);
          }
        }
        db.write(unlogged, batch);
      } catch (RocksDBException e) {
        throw new IOException(e);
      }
    }

    private java.nio.FloatBuffer floats(int i) {
      return values.get(i).rewind().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    private List<ByteBufferGetStatus> get(long[] fids, int from, int n) throws IOException {
      while (keys.size() < n) {
        keys.add(ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN));
        values.add(ByteBuffer.allocateDirect(bytes.length));
      }
      for (int i = 0; i < n; i++) {
        keys.get(i).clear().putLong(0, fids[from + i]);
        values.get(i).clear();
      }
      try {
        return db.multiGetByteBuffers(keys.subList(0, n), values.subList(0, n));
      } catch (RocksDBException e) {
        throw new IOException(e);
      }
    }
  }
}
