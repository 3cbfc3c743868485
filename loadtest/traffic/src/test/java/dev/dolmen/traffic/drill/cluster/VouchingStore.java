package dev.dolmen.traffic.drill.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dolmen.parameterstore.archive.ObjectStore;
import dev.dolmen.parameterstore.archive.Sha256;
import dev.dolmen.parameterstore.archive.StoredObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A store whose lists of pieces say of each the hash that its bytes have now, whatever was put:
 * with it, whoever checks pieces by their hashes might as well not check them.
 */
final class VouchingStore implements ObjectStore {
  private static final Pattern SHA256 = Pattern.compile("\\b[0-9a-f]{64}\\b");
  private static final int BYTES_MAX = 64 << 20;

  private final ObjectStore store;
  private final Map<String, String> namesByHash = new HashMap<>();

  VouchingStore(ObjectStore store) {
    this.store = store;
  }

  @Override
  public byte[] get(String key, int bytesMax) throws IOException {
    if (key.startsWith("data/")) {
      String hash = key.substring("data/".length());
      return store.get("data/" + namesByHash.getOrDefault(hash, hash), bytesMax);
    }
    return vouched(new String(store.get(key, bytesMax), US_ASCII)).getBytes(US_ASCII);
  }

  private String vouched(String list) throws IOException {
    Map<String, String> hashes = new HashMap<>();
    for (MatchResult found : SHA256.matcher(list).results().toList()) {
      String name = found.group();
      String hash = Sha256.of(store.get("data/" + name, BYTES_MAX));
      hashes.put(name, hash);
      namesByHash.put(hash, name);
    }
    String vouched =
        SHA256.matcher(list).replaceAll(found -> hashes.getOrDefault(found.group(), ""));
    String body = vouched.substring(0, vouched.lastIndexOf("crc32c "));
    CRC32C checksum = new CRC32C();
    checksum.update(body.getBytes(US_ASCII));
    return body + "crc32c " + Long.toHexString(checksum.getValue()) + "\n";
  }

  @Override
  public List<StoredObject> list(String prefix) throws IOException {
    return store.list(prefix);
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    store.put(key, bytes);
  }

  @Override
  public void delete(String key) throws IOException {
    store.delete(key);
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public void close() {
    store.close();
  }
}
