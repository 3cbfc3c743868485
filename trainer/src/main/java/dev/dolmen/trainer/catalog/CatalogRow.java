package dev.dolmen.trainer.catalog;

import dev.dolmen.v1.Item;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot holds of an index: an item, the id of one that was deleted and whose index is
 * kept, or since when the index waits for another item. No bytes: it was never used, or only
 * lately. An item stays the bytes that it was, as it takes several times as much as an object.
 *
 * @param index the row's number
 * @param bytes of the item that is there, with the numbers of its vectors
 * @param liveAt its place among the indexes in use
 * @param deletedId of the one that was there; null if it is forgotten
 * @param at event time of the deletion, or the number of the record with which it was forgotten
 * @param order among the deleted, or among the forgotten
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier.
record CatalogRow(
    int index,
    byte @Nullable [] bytes,
    int liveAt,
    @Nullable String deletedId,
    long at,
    long order) {
  private static final int LIVE = 1;
  private static final int DELETED = 2;
  private static final int FORGOTTEN = 3;

  static CatalogRow ofItem(int index, Item item, int liveAt) {
    return new CatalogRow(index, item.toByteArray(), liveAt, null, 0, 0);
  }

  static CatalogRow ofDeleted(int index, String id, long atMs, long order) {
    return new CatalogRow(index, null, 0, id, atMs, order);
  }

  static CatalogRow ofForgotten(int index, long atRecord, long order) {
    return new CatalogRow(index, null, 0, null, atRecord, order);
  }

  /**
   * The item that is there; null if none is.
   *
   * @throws IOException if the bytes are none
   */
  @Nullable Item item() throws IOException {
    return bytes == null ? null : Item.parseFrom(bytes);
  }

  void writeTo(DataOutput out) throws IOException {
    if (bytes != null) {
      out.writeByte(LIVE);
      out.writeInt(liveAt);
      out.writeInt(bytes.length);
      out.write(bytes);
      return;
    }
    out.writeByte(deletedId == null ? FORGOTTEN : DELETED);
    if (deletedId != null) {
      out.writeUTF(deletedId);
    }
    out.writeLong(at);
    out.writeLong(order);
  }

  static CatalogRow readFrom(int index, DataInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case LIVE -> {
        int liveAt = in.readInt();
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        yield new CatalogRow(index, bytes, liveAt, null, 0, 0);
      }
      case DELETED -> ofDeleted(index, in.readUTF(), in.readLong(), in.readLong());
      case FORGOTTEN -> ofForgotten(index, in.readLong(), in.readLong());
      default -> throw new IOException("catalogue: index " + index + " is of kind " + kind);
    };
  }
}
