package dev.dolmen.bench.table;

import dev.dolmen.traffic.local.ProcessMemory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A redis-server of its own on a unix socket, nothing written to disk; MGET and MSET of whole
 * batches. It runs on the processor that the measuring thread leaves idle while it waits.
 */
final class RedisRows implements RowTable {
  private static final int START_TRIES = 100;

  private final PlainAdagrad adagrad;
  private final Path socket;
  private final Process server;
  private final RedisConnection writer;

  RedisRows(Path directory, PlainAdagrad adagrad) throws IOException {
    this.adagrad = adagrad;
    socket = directory.resolve("redis.sock");
    server =
        new ProcessBuilder(
                "redis-server",
                "--port",
                "0",
                "--unixsocket",
                socket.toString(),
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("redis.log").toFile())
            .start();
    writer = connect();
  }

  /** Whether there is a redis-server on the path. */
  static boolean installed() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
  }

  private RedisConnection connect() throws IOException {
    IOException last = new IOException("redis-server did not start");
    for (int tries = 0; tries < START_TRIES && server.isAlive(); tries++) {
      try {
        return new RedisConnection(socket, 4 * adagrad.rowFloats());
      } catch (IOException e) {
        last = e;
      }
      try {
        server.waitFor(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    server.destroy();
    throw last;
  }

  @Override
  public void insert(long[] fids, int n, float[] weights) throws IOException {
    float[] row = new float[adagrad.rowFloats()];
    writer.beginSet(n);
    for (int i = 0; i < n; i++) {
      adagrad.fill(weights, i * adagrad.dim(), row);
      writer.set(fids[i], row);
    }
    writer.endSet();
  }

  @Override
  public RowSession session() throws IOException {
    RedisConnection connection = new RedisConnection(socket, 4 * adagrad.rowFloats());
    float[] row = new float[adagrad.rowFloats()];
    return new RowSession() {
      private float[] rows = new float[0];
      private boolean[] there = new boolean[0];

      @Override
      public int find(long[] fids, int from, int n, float[] out) throws IOException {
        connection.get(fids, from, n);
        int found = 0;
        for (int i = 0; i < n; i++) {
          if (connection.next(row)) {
            System.arraycopy(row, 0, out, i * adagrad.dim(), adagrad.dim());
            found++;
          }
        }
        return found;
      }

      @Override
      public void update(long[] fids, int from, int n, float[] gradients) throws IOException {
        if (there.length < n) {
          there = new boolean[n];
          rows = new float[n * row.length];
        }
        connection.get(fids, from, n);
        int found = 0;
        for (int i = 0; i < n; i++) {
          there[i] = connection.next(row);
          if (there[i]) {
            adagrad.step(row, gradients, i * adagrad.dim());
            System.arraycopy(row, 0, rows, i * row.length, row.length);
            found++;
          }
        }
        if (found == 0) {
          return;
        }
        connection.beginSet(found);
        for (int i = 0; i < n; i++) {
          if (there[i]) {
            System.arraycopy(rows, i * row.length, row, 0, row.length);
            connection.set(fids[from + i], row);
          }
        }
        connection.endSet();
      }

      @Override
      public void close() throws IOException {
        connection.close();
      }
    };
  }

  @Override
  public long otherProcessBytes() throws IOException {
    return ProcessMemory.rssBytes(server.pid()).orElseThrow(() -> new IOException("no redis"));
  }

  @Override
  public void close() throws IOException {
    writer.close();
    server.destroy();
    try {
      if (!server.waitFor(20, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    } catch (InterruptedException e) {
      server.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
