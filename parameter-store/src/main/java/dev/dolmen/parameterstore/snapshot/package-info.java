/**
 * Snapshots: named sections in checksummed, compressed blocks, written to a temporary name and
 * renamed when whole. A draft belongs to one thread; snapshots can be read by any. Knows nothing of
 * what is in them.
 */
@NullMarked
package dev.dolmen.parameterstore.snapshot;

import org.jspecify.annotations.NullMarked;
