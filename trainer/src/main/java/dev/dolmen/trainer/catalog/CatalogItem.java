package dev.dolmen.trainer.catalog;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.v1.Item;

/**
 * One item of the catalogue; a change of the item makes a new one at the same index.
 *
 * @param index its place in the item vectors
 * @param item as it was upserted, but for the numbers of its vectors, which {@code features} has:
 *     see {@link CatalogReader#whole}
 * @param features its fids by item column, and its vectors
 */
public record CatalogItem(int index, Item item, Features features) {}
