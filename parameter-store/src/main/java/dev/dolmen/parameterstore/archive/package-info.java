/**
 * Snapshots in an object store, for whoever starts without a directory: {@link
 * dev.dolmen.parameterstore.archive.ObjectStore} is a folder or a bucket, {@link
 * dev.dolmen.parameterstore.archive.SnapshotArchive} puts whole snapshots there and takes them
 * back.
 *
 * <p>May depend on {@code snapshot}, {@code file} and {@code range}. Has no thread of its own: who
 * calls waits for the store.
 */
@NullMarked
package dev.dolmen.parameterstore.archive;

import org.jspecify.annotations.NullMarked;
