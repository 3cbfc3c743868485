package dev.dolmen.model.data;

/**
 * One column of an item's (or a visit's) encoding: pooled embedding rows of one slot.
 *
 * @param name slot name, with the level for a category path: {@code category/0}
 * @param slot number of the slot whose rows it reads
 * @param dim floats in such a row
 */
public record FeatureColumn(String name, int slot, int dim) {}
