package dev.dolmen.parameterstore.fid;

/**
 * One feature column of {@link Features}.
 *
 * @param name slot name, with the level for a category path: {@code category/0}
 * @param slot number of the slot whose embedding rows stand in it
 * @param dim floats in such a row
 */
public record ColumnSpec(String name, int slot, int dim) {}
