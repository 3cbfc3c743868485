package dev.dolmen.traffic.drill.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network of this machine that can be cut, or be slow: each of its ports leads to another port.
 * While it is cut nothing comes through and nobody is told, as with a cable that was pulled:
 * connections stay, new ones are not answered, and what was sent arrives when it is whole again.
 * While it is slow, an answer comes so much later than what was sent before it. Any thread.
 */
final class CutProxy implements Closeable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final List<ServerSocket> doors = new ArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition healed = lock.newCondition();
  private boolean cut;
  private volatile boolean closed;
  private volatile long lateNanos;

  /**
   * Opens a port.
   *
   * @param port on the loopback address that it leads to
   * @return the port
   */
  int leadTo(int port) throws IOException {
    ServerSocket door = new ServerSocket();
    door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    doors.add(door);
    Thread.ofVirtual().name("cut-proxy").start(() -> accept(door, port));
    return door.getLocalPort();
  }

  private void accept(ServerSocket door, int port) {
    while (!door.isClosed()) {
      try {
        Socket from = door.accept();
        Thread.ofVirtual().name("cut-proxy").start(() -> connect(from, port));
      } catch (IOException e) {
        return; // It was closed.
      }
    }
  }

  private void connect(Socket from, int port) {
    try {
      sockets.add(from);
      awaitWhole();
      Socket to = new Socket(InetAddress.getLoopbackAddress(), port);
      sockets.add(to);
      AtomicLong askedNanos = new AtomicLong(System.nanoTime());
      Thread.ofVirtual().name("cut-proxy").start(() -> copy(to, from, () -> awaitLate(askedNanos)));
      copy(from, to, () -> askedNanos.set(System.nanoTime()));
    } catch (IOException e) {
      close(from); // Nobody is there.
    }
  }

  private void copy(Socket from, Socket to, Runnable before) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      from.setTcpNoDelay(true);
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        awaitWhole();
        before.run();
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side has ended; the other is told, once the network is whole.
    } finally {
      awaitWhole();
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  private void awaitWhole() {
    lock.lock();
    try {
      while (cut && !closed) {
        healed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitLate(AtomicLong askedNanos) {
    long left = askedNanos.get() + lateNanos - System.nanoTime();
    while (left > 0 && !closed) {
      LockSupport.parkNanos(left);
      left = askedNanos.get() + lateNanos - System.nanoTime();
    }
  }

  /**
   * From here on answers come late.
   *
   * @param ms after the last of what was asked on the same connection; 0 for at once
   */
  void answersLate(long ms) {
    lateNanos = TimeUnit.MILLISECONDS.toNanos(ms);
  }

  /** Nothing comes through from here on. */
  void cut() {
    lock.lock();
    try {
      cut = true;
    } finally {
      lock.unlock();
    }
  }

  /** All comes through again. */
  void heal() {
    lock.lock();
    try {
      cut = false;
      healed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      healed.signalAll();
    } finally {
      lock.unlock();
    }
    for (ServerSocket door : doors) {
      door.close();
    }
    List.copyOf(sockets).forEach(this::close);
  }
}
