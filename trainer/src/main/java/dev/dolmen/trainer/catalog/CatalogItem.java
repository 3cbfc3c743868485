package dev.dolmen.trainer.catalog;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.v1.Item;

/**
 * One item of the catalogue; a change of the item makes a new one at the same index.
 *
 * @param index its place in the item vectors
 * @param item as it was upserted
 * @param features its fids by item column
 */
public record CatalogItem(int index, Item item, Features features) {}
