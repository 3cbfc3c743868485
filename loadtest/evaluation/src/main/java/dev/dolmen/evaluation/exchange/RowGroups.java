package dev.dolmen.evaluation.exchange;

import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;

/** Which contributions changed which rows of one slot: a group for each fid, as first met. */
final class RowGroups {
  private final int slot;
  private final int dim;
  private final List<Contribution> contributions;
  private final Long2LongHashMap groupOf = new Long2LongHashMap(-1);
  private long[] fids = new long[64];

  /** Of each group its contributions as bits; there are 64 trainers at most. */
  private long[] members = new long[64];

  /** Of each group and contribution the place of the row, [groups, contributions]. */
  private int[] places;

  RowGroups(int slot, List<Contribution> contributions) {
    this.slot = slot;
    this.contributions = contributions;
    dim = contributions.getFirst().rows().get(slot).dim();
    places = new int[64 * contributions.size()];
    for (int c = 0; c < contributions.size(); c++) {
      RowChanges rows = contributions.get(c).rows().get(slot);
      for (int i = 0; i < rows.size(); i++) {
        int group = group(rows.fids()[i]);
        members[group] |= 1L << c;
        places[group * contributions.size() + c] = i;
      }
    }
  }

  private int group(long fid) {
    int known = (int) groupOf.get(fid);
    if (known >= 0) {
      return known;
    }
    int group = groupOf.size();
    if (group == fids.length) {
      fids = Arrays.copyOf(fids, 2 * group);
      members = Arrays.copyOf(members, 2 * group);
      places = Arrays.copyOf(places, 2 * places.length);
    }
    fids[group] = fid;
    groupOf.put(fid, group);
    return group;
  }

  int size() {
    return groupOf.size();
  }

  long[] fids() {
    return Arrays.copyOf(fids, size());
  }

  int dim() {
    return dim;
  }

  /** Names the changes of a group's row. */
  void read(int group, Block block) {
    block.slot = slot;
    block.length = dim;
    block.n = 0;
    for (int c = 0; c < contributions.size(); c++) {
      if ((members[group] & 1L << c) != 0) {
        int place = places[group * contributions.size() + c];
        block.add(c, contributions.get(c).rows().get(slot).changes(), place * dim);
      }
    }
  }
}
