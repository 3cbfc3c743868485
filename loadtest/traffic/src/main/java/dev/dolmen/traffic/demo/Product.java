package dev.dolmen.traffic.demo;

/**
 * One product of the shop.
 *
 * @param index place in {@link ProductCatalog#products}
 * @param id item id
 * @param title what a person reads
 * @param department first level of the category path
 * @param category second level
 * @param typeName third level
 * @param categoryIndex number of the category
 * @param type number of the type of product
 * @param series number of the series; a series belongs to one category and one brand
 * @param brand maker
 * @param tier 0 budget, 1 middling, 2 premium; visible only through the price
 * @param price in euros
 * @param appeal weight among products that are otherwise alike, above 0; visible nowhere
 */
record Product(
    int index,
    String id,
    String title,
    String department,
    String category,
    String typeName,
    int categoryIndex,
    int type,
    int series,
    String brand,
    int tier,
    double price,
    double appeal) {}
